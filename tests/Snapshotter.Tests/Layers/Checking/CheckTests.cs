using LayerStore;
using LayerStore.Images;
using LayerStore.Transports;
using Snapshotter.Layers;
using Snapshotter.Layers.Check;
using Snapshotter.Snapshots;

namespace Snapshotter.Tests.Layers.Checking;

[Long]
public sealed class CheckTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    public static TheoryData<StoreDriver, string> Cases()
    {
        TheoryData<StoreDriver, string> cases = [];
        foreach (string tag in TestData.Tags)
        {
            cases.Add(StoreDriver.Overlay, tag);
        }

        cases.Add(StoreDriver.Erofs, "layers");
        cases.Add(StoreDriver.Native, "layers");
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_healthy_store_has_no_findings_mounted_or_copied(StoreDriver driver, string tag)
    {
        await using (Store store = await PullAsync(tag, driver))
        {
            await store.MountAsync(tag, _temp["m"], key: "k");
            Assert.Empty((await store.CheckAsync(new CheckOptions { ReadData = true })).Findings);
            await store.UnmountAsync("k");
        }

        ProcessRunner.Run("cp", "-a", _temp["root"], _temp["copy"]);
        await using Store copy = await Store.OpenAsync(_temp["copy"]);
        Assert.Empty((await copy.CheckAsync()).Findings);
        Assert.Empty((await copy.CheckAsync(new CheckOptions { ReadData = true })).Findings);
    }

    /// <summary>What is done to a layer's tree, and which paths are then to be found, with what.</summary>
    public static TheoryData<string, string, TreeFaults> Damages() => new()
    {
        { "printf X | dd of=etc/passwd bs=1 seek=3 conv=notrunc", "etc/passwd", TreeFaults.Content | TreeFaults.Time },
        { "m=$(stat -c %y etc/passwd); printf X | dd of=etc/passwd bs=1 seek=3 conv=notrunc; touch -d \"$m\" etc/passwd", "etc/passwd", TreeFaults.Content },
        { "truncate -s 1 etc/passwd", "etc/passwd", TreeFaults.Content | TreeFaults.Time },
        { "rm etc/passwd", "etc/passwd", TreeFaults.Missing },
        { "chmod 7777 etc/passwd", "etc/passwd", TreeFaults.Mode },
        { "chown 12:34 etc/passwd", "etc/passwd", TreeFaults.Owner },
        { "touch etc/passwd", "etc/passwd", TreeFaults.Time },
        { "setfattr -n user.evil -v x etc/passwd", "etc/passwd", TreeFaults.Xattrs },
        { "rm etc/passwd; mkdir etc/passwd", "etc/passwd", TreeFaults.Type },
        { "rm etc/passwd; ln -s /etc/shadow etc/passwd", "etc/passwd", TreeFaults.Type },
        { "mkdir etc/new; touch etc/new/a etc/new/b", "etc/new", TreeFaults.Extra },
        { "chmod 700 etc", "etc", TreeFaults.Mode },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task Damage_is_named_and_healed(string damage, string path, TreeFaults faults)
    {
        await using Store store = await PullAsync("layers");
        string tree = (await LayerWithAsync(store, "etc/passwd")).Directory;
        string before = TestData.Tree(tree);
        ProcessRunner.Run("sh", "-ec", $"cd \"$1\"; d=$(stat -c %y etc); {{ {damage}; }} 2>/dev/null; touch -d \"$d\" etc", "sh", tree);

        CheckReport found = await store.CheckAsync(new CheckOptions { ReadData = true });
        CheckFinding finding = Assert.Single(found.Findings);
        Assert.Equal((path, faults, true), (finding.Path.ToString(), finding.Faults, finding.IsDamage));
        Assert.False(found.IsSound);

        CheckReport mended = await store.CheckAsync(new CheckOptions { ReadData = true, Repair = true });
        Assert.True(Assert.Single(mended.Findings).IsRepaired);
        Assert.True(mended.IsSound);
        Assert.Equal(before, TestData.Tree(tree));
        Assert.Empty((await store.CheckAsync(new CheckOptions { ReadData = true })).Findings);
    }

    [Theory]
    [InlineData("t")]
    [InlineData("m")]
    public async Task A_layer_without_its_directory_or_manifest_is_made_again(string part)
    {
        await using Store store = await PullAsync("layers");
        LayerInfo layer = await LayerWithAsync(store, "etc/passwd");
        string before = TestData.Tree(layer.Directory);
        ProcessRunner.Run("rm", "-r", _temp[$"root/{part}/{layer.Tree}"]);
        Assert.False((await store.CheckAsync()).IsSound);
        Assert.True((await store.CheckAsync(new CheckOptions { Repair = true })).IsSound);
        Assert.Equal(before, TestData.Tree(layer.Directory));
        Assert.Empty((await store.CheckAsync(new CheckOptions { ReadData = true })).Findings);
    }

    [Fact]
    public async Task A_file_with_several_names_is_one_file_again()
    {
        await using Store store = await PullAsync("layers");
        LayerInfo layer = await LayerWithAsync(store, "bin/busybox");
        string before = TestData.Tree(layer.Directory);
        string busybox = Path.Join(layer.Directory, "bin/busybox");
        ProcessRunner.Run("sh", "-ec", "cp -p \"$1\" \"$1.new\"; printf X >> \"$1.new\"; mv \"$1.new\" \"$1\"", "sh", busybox);
        Assert.False((await store.CheckAsync()).IsSound);
        Assert.True((await store.CheckAsync(new CheckOptions { Repair = true })).IsSound);
        Assert.Equal(before, TestData.Tree(layer.Directory));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_damaged_blob_is_found_and_the_next_pull_replaces_it(bool keepsTime)
    {
        await using Store store = await PullAsync("layers");
        Image image = await store.ResolveAsync("layers");
        string layer = (await store.LoadAsync(image)).Layers[0].Descriptor.Digest.ToString();
        string file = _temp["root/blobs/" + layer.Replace(':', '/')];
        ProcessRunner.Run("sh", "-ec", "t=$(stat -c %y \"$1\"); printf X | dd of=\"$1\" bs=1 seek=40 conv=notrunc 2>/dev/null; $2 || touch -d \"$t\" \"$1\"", "sh", file, keepsTime ? "false" : "true");

        // A flipped bit that changes neither size nor time is seen only by reading.
        Assert.Equal(!keepsTime, !(await store.CheckAsync()).IsSound);
        CheckReport report = await store.CheckAsync(new CheckOptions { ReadData = true });
        Assert.Contains(report.Findings, finding => finding is { Subject: CheckSubject.Blob, IsDamage: true } && finding.Id == layer);
        Assert.Contains(report.Findings, finding => finding is { Subject: CheckSubject.Image, IsDamage: true });
        Assert.False((await store.CheckAsync(new CheckOptions { Repair = true })).IsSound);

        await store.PullAsync(TransportReference.Parse(TestData.Source("layers")), new() { Name = image.Name });
        Assert.Empty((await store.CheckAsync(new CheckOptions { ReadData = true })).Findings);
    }

    [Fact]
    public async Task What_nothing_names_is_a_note_and_goes_with_a_repair()
    {
        await using Store store = await PullAsync("layers");
        Directory.CreateDirectory(_temp["root/t/9999"]);
        Directory.CreateDirectory(_temp["root/trash/t-77"]);
        Directory.CreateDirectory(_temp["root/foreign"]);
        File.WriteAllText(_temp["root/t/README"], "not the store's");
        CheckReport report = await store.CheckAsync();
        Assert.True(report.IsSound);
        Assert.Equal(["t/9999", "trash/t-77"], report.Findings.Select(finding => finding.Id));
        await store.CheckAsync(new CheckOptions { Repair = true });
        Assert.Empty((await store.CheckAsync()).Findings);
        Assert.True(Directory.Exists(_temp["root/foreign"]) && File.Exists(_temp["root/t/README"]));
    }

    [Fact]
    public async Task A_record_of_a_mount_that_is_gone_is_a_note()
    {
        await using Store store = await PullAsync("layers");
        await store.MountAsync("layers", _temp["m"], key: "k");
        ProcessRunner.Run("umount", _temp["m"]);
        CheckReport report = await store.CheckAsync();
        Assert.Equal((CheckSubject.Mount, false), (Assert.Single(report.Findings).Subject, report.Findings[0].IsDamage));
        Assert.True((await store.CheckAsync(new CheckOptions { Repair = true })).IsSound);
        Assert.Empty((await store.CheckAsync()).Findings);
    }

    [Theory]
    [InlineData("a", "a", 0)]
    [InlineData("a", "a/b", -1)]
    [InlineData("a/b", "a.b", -1)]
    [InlineData("a!", "a/b", 1)]
    [InlineData("a/c", "a/b", 1)]
    public void Paths_are_ordered_as_a_walk_meets_them(string left, string right, int order) => Assert.Equal(
        order, Math.Sign(LayerPath.CompareInTreeOrder(ByteString.FromText(left).Span, ByteString.FromText(right).Span)));

    private async Task<Store> PullAsync(string tag, StoreDriver driver = StoreDriver.Overlay)
    {
        Store store = await Store.OpenAsync(_temp["root"], new StoreOptions { Driver = driver });
        await store.PullAsync(TransportReference.Parse(TestData.Source(tag)), new() { Name = ImageName.Normalize(tag) });
        return store;
    }

    private static async Task<LayerInfo> LayerWithAsync(Store store, string path) =>
        (await ((ILayerSnapshotter)store.Snapshots).ListLayersAsync()).First(layer => File.Exists(Path.Join(layer.Directory, path)));
}
