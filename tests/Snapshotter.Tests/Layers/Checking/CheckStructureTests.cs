using System.Diagnostics;
using LayerStore;
using LayerStore.Content;
using LayerStore.Images;
using LayerStore.Transports;
using Snapshotter.Layers.Check;
using Snapshotter.Linux;
using Snapshotter.Snapshots;

namespace Snapshotter.Tests.Layers.Checking;

/// <summary>What is around layers and blobs: snapshots, mounts, locks, directories; and what goes on while a store is healed.</summary>
public sealed class CheckStructureTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    /// <summary>What is done below the root ($U: the upper's number, $V: the view's), what is found, whether it is damage, and whether it can be mended.</summary>
    public static TheoryData<string, CheckSubject, string, string, bool, bool> Harms() => new()
    {
        { "rm -r w/$U", CheckSubject.Snapshot, "key", "w/$U is missing", true, true },
        { "rm -r t/$U", CheckSubject.Snapshot, "key", "t/$U is missing, and what was written to it", true, false },
        { "rm -r t/$U; ln -s /etc t/$U", CheckSubject.Snapshot, "key", "t/$U is missing, and what was written to it", true, false },
        { "rm -r t/$V", CheckSubject.Snapshot, "view", "t/$V is missing", true, true },
        { "echo x > t/$V/passwd", CheckSubject.Snapshot, "view", "t/$V/passwd is not of this store", true, true },
        { "mkdir -p t/0/a/b", CheckSubject.Snapshot, "bare", "t/0/a is not of this store", true, true },
        { "chmod 755 t", CheckSubject.Directory, "t", "its mode is 755", true, true },
        { "chmod 710 blobs", CheckSubject.Directory, "blobs", "its mode is 710", true, true },
        { "touch locks/writer-00000000000000000000000000000001", CheckSubject.Lock, "locks/writer-00000000000000000000000000000001", "its process is dead", false, true },
        { "touch locks/freeze-7", CheckSubject.Lock, "locks/freeze-7", "its process is dead", false, true },
        { "mkdir w/9999", CheckSubject.Leftover, "w/9999", "nothing name", false, true },
        { "touch m/9999", CheckSubject.Leftover, "m/9999", "nothing name", false, true },
    };

    [SkippableTheory]
    [MemberData(nameof(Harms))]
    public async Task What_is_wrong_around_layers_is_named_and_mended(string harm, CheckSubject subject, string id, string what, bool isDamage, bool isMendable)
    {
        RequireRoot();
        await using Store store = await PullAsync("layers");
        DirectorySnapshotter snapshots = (DirectorySnapshotter)store.Snapshots;
        await store.MountAsync("layers", _temp["m"], key: "key");
        await store.UnmountAsync("key");
        await store.MountAsync("layers", _temp["v"], key: "view", readOnly: true);
        await store.UnmountAsync("view");
        await snapshots.PrepareAsync("bare", null);
        string Name(string text) => text.Replace("$U", $"{snapshots.FindTree("key")}", StringComparison.Ordinal).Replace("$V", $"{snapshots.FindTree("view")}", StringComparison.Ordinal);
        ProcessRunner.Script($"cd \"$1\"; {Name(harm)}", store.Root);

        CheckReport found = await store.CheckAsync();
        CheckFinding finding = Assert.Single(found.Findings);
        Assert.Equal((subject, id, isDamage, false), (finding.Subject, finding.Id, finding.IsDamage, finding.IsRepaired));
        Assert.Contains(Name(what), finding.What, StringComparison.Ordinal);
        Assert.Equal(!isDamage, found.IsSound);

        CheckReport mended = await store.CheckAsync(new CheckOptions { Repair = true });
        Assert.Equal(isMendable, Assert.Single(mended.Findings).IsRepaired);
        Assert.Equal(isMendable ? 0 : 1, (await store.CheckAsync(new CheckOptions { ReadData = true })).Findings.Count);
        if (isMendable)
        {
            await store.MountAsync("layers", _temp["m"], key: "key");
            await store.MountAsync("layers", _temp["v"], key: "view", readOnly: true);
            Assert.Equal(File.ReadAllText(_temp["m/etc/passwd"]), File.ReadAllText(_temp["v/etc/passwd"]));
        }
    }

    [SkippableFact]
    public async Task Locks_that_somebody_holds_and_files_of_others_stay()
    {
        RequireRoot();
        await using Store store = await PullAsync("layers");
        StoreLayout layout = ((DirectorySnapshotter)store.Snapshots).Layout;
        using StoreLock held = await StoreLock.AcquireAsync(layout, "freeze-12");
        string[] foreign = ["locks/writer-Foreign", "locks/freeze-x", "locks/notes"];
        Array.ForEach(foreign, name => _temp.WriteFile($"root/{name}", ""));
        Assert.Empty((await store.CheckAsync(new CheckOptions { Repair = true })).Findings);
        Assert.All(foreign.Append("locks/freeze-12"), name => Assert.True(File.Exists(_temp[$"root/{name}"]), name));
    }

    [SkippableTheory]
    [InlineData(StoreDriver.Overlay)]
    [InlineData(StoreDriver.Native)]
    public async Task A_mount_that_something_else_hides_or_that_outlived_its_tree_is_named_and_left_alone(StoreDriver driver)
    {
        RequireRoot();
        await using Store store = await PullAsync("layers", driver);
        await store.MountAsync("layers", _temp["m"], key: "key");
        string other = _temp.CreateDirectory("other");
        foreach (Mount mount in await store.Snapshots.PrepareAsync("stray", null))
        {
            Mounter.Mount(mount, other);
        }

        Assert.Empty((await store.CheckAsync()).Findings);

        await store.Snapshots.RemoveAsync("stray");
        CheckFinding finding = Assert.Single((await store.CheckAsync(new CheckOptions { Repair = true })).Findings);
        Assert.Equal((CheckSubject.Mount, other, false, false), (finding.Subject, finding.Id, finding.IsDamage, finding.IsRepaired));
        Assert.Contains("which is not in this store any more", finding.What, StringComparison.Ordinal);
        ProcessRunner.Run("umount", other);

        ProcessRunner.Script("umount \"$1\"; mount -t tmpfs none \"$1\"", _temp["m"]);
        finding = Assert.Single((await store.CheckAsync(new CheckOptions { Repair = true })).Findings);
        Assert.Equal((CheckSubject.Mount, _temp["m"], false), (finding.Subject, finding.Id, finding.IsRepaired));
        Assert.Contains("something else than the snapshot \"key\"", finding.What, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_process_on_other_layers_goes_on_while_a_layer_is_healed_and_one_on_the_layer_keeps_what_it_has_open()
    {
        RequireRoot();
        await using Store store = await PullAsync("busybox");
        await store.PullAsync(TransportReference.Parse(TestData.Source("layers")), new() { Name = ImageName.Normalize("layers") });
        await store.MountAsync("busybox", _temp["running"], key: "running");
        await store.MountAsync("layers", _temp["same"], key: "same", readOnly: true);
        HashSet<Digest> others = [.. (await store.LoadAsync(await store.ResolveAsync("busybox"))).Layers.Select(layer => layer.DiffId)];
        LayerInfo damaged = (await ((ILayerSnapshotter)store.Snapshots).ListLayersAsync())
            .First(layer => !others.Contains(layer.DiffId) && FilesOf(layer).Any(IsShown));
        string file = FilesOf(damaged).First(IsShown);
        string before = TestData.Tree(_temp["running"]);
        bool IsShown(string name) => File.Exists(Path.Join(_temp["same"], name));

        using Process process = Process.Start(new ProcessStartInfo("chroot", [_temp["running"], "/bin/busybox", "cat"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        try
        {
            await AnswersAsync(process, "before");
            File.WriteAllText(_temp["running/written"], "by the container");
            using FileStream open = File.OpenRead(Path.Join(_temp["same"], file));
            string content = File.ReadAllText(Path.Join(_temp["same"], file));
            ProcessRunner.Script("cd \"$1\"; touch \"$2\"; chmod 0123 \"$2\"; touch added", damaged.Directory, file);

            CheckReport mended = await store.CheckAsync(new CheckOptions { ReadData = true, Repair = true });
            Assert.True(mended.IsSound);
            Assert.NotEmpty(mended.Findings);
            await AnswersAsync(process, "after");
            Assert.Equal("by the container", File.ReadAllText(_temp["running/written"]));
            File.Delete(_temp["running/written"]);
            Assert.Equal(before.Split('\n').Skip(1), TestData.Tree(_temp["running"]).Split('\n').Skip(1));
            using StreamReader reader = new(open);
            Assert.Equal(content, await reader.ReadToEndAsync());
        }
        finally
        {
            process.StandardInput.Close();
            await process.WaitForExitAsync();
        }
    }

    [SkippableFact]
    public async Task Without_a_sound_blob_what_is_left_of_a_layer_stays_as_it_is()
    {
        RequireRoot();
        await using Store store = await PullAsync("layers");
        LayerInfo layer = (await ((ILayerSnapshotter)store.Snapshots).ListLayersAsync()).First(one => File.Exists(Path.Join(one.Directory, "etc/passwd")));
        string passwd = Path.Join(layer.Directory, "etc/passwd");
        ProcessRunner.Script("printf mine >> \"$1\"; cd \"$2/blobs/sha256\"; for b in *; do printf X >> \"$b\"; done", passwd, store.Root);
        string changed = File.ReadAllText(passwd);
        CheckReport report = await store.CheckAsync(new CheckOptions { ReadData = true, Repair = true });
        Assert.False(report.IsSound);
        Assert.Contains(report.Findings, finding => finding is { Subject: CheckSubject.Layer, IsDamage: true, IsRepaired: false });
        Assert.Equal(changed, File.ReadAllText(passwd));
    }

    [SkippableFact]
    public async Task A_link_in_the_place_of_a_layer_is_not_written_through()
    {
        RequireRoot();
        await using Store store = await PullAsync("layers");
        LayerInfo layer = (await ((ILayerSnapshotter)store.Snapshots).ListLayersAsync())[0];
        string before = TestData.Tree(layer.Directory);
        string outside = _temp.CreateDirectory("outside");
        ProcessRunner.Script("rm -r \"$1\"; ln -s \"$2\" \"$1\"", layer.Directory, outside);
        CheckFinding finding = Assert.Single((await store.CheckAsync(new CheckOptions { Repair = true })).Findings);
        Assert.Equal(($"its directory t/{layer.Tree} is something else, which was removed", true), (finding.What, finding.IsRepaired));
        Assert.Empty(Directory.EnumerateFileSystemEntries(outside));
        Assert.Equal(before, TestData.Tree(layer.Directory));
    }

    private static string[] FilesOf(LayerInfo layer) => ProcessRunner.Run("find", layer.Directory, "-type", "f", "-size", "+0", "-printf", "%P\\n").Lines;

    private static async Task AnswersAsync(Process process, string line)
    {
        await process.StandardInput.WriteLineAsync(line);
        await process.StandardInput.FlushAsync();
        Assert.Equal(line, await process.StandardOutput.ReadLineAsync());
    }

    private static void RequireRoot() => Skip.IfNot(Privileges.CanMount() && UserNamespace.Current.IsInitial, "needs root, to mount");

    private async Task<Store> PullAsync(string tag, StoreDriver driver = StoreDriver.Overlay)
    {
        Store store = await Store.OpenAsync(_temp["root"], new StoreOptions { Driver = driver });
        await store.PullAsync(TransportReference.Parse(TestData.Source(tag)), new() { Name = ImageName.Normalize(tag) });
        return store;
    }
}
