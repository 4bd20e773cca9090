using LayerStore;
using LayerStore.Content;
using LayerStore.Images;
using LayerStore.Oci;
using LayerStore.Transports;
using Snapshotter.Layers.OnMounts;
using Snapshotter.Linux;
using Snapshotter.Snapshots;
using Snapshotter.Tests.Layers.Apply;

namespace Snapshotter.Tests.Layers.OnMounts;

/// <summary>What containerd asks of a differ: layers applied to mounts, and made from mounts.</summary>
public sealed class MountedLayersTests : IDisposable
{
    // What is not refused stays inside. The directory is one outside of the mounts.
    private static readonly Dictionary<string, (bool IsRefused, Func<string, TestLayer> Make)> s_hostile = new()
    {
        ["a file above"] = (true, static _ => new TestLayer().File("../../file", "escaped")),
        ["a file through a link"] = (false, static victim => new TestLayer().Symlink("link", victim).File("link/new", "escaped")),
        ["a whiteout through a link"] = (false, static victim => new TestLayer().Symlink("link", victim).Whiteout("link/file")),
        ["a link to a file outside"] = (true, static victim => new TestLayer().Link("link", victim + "/file")),
        ["overlay's own marks"] = (true, static _ => new TestLayer().Device("file", 0, 0)),
    };

    private readonly TempDirectory _temp = new();

    public static TheoryData<StoreDriver, string> Images()
    {
        TheoryData<StoreDriver, string> cases = [];
        foreach (string tag in TestData.Tags)
        {
            cases.Add(StoreDriver.Overlay, tag);
            cases.Add(StoreDriver.Native, tag);
        }

        return cases;
    }

    public void Dispose() => _temp.Dispose();

    [SkippableTheory]
    [MemberData(nameof(Images))]
    public async Task Layers_applied_to_mounts_one_by_one_are_the_image(StoreDriver driver, string tag)
    {
        Tools.RequireRoot();
        await using Store store = await OpenAsync(driver);
        string? top = await UnpackAsync(store, tag);
        IReadOnlyList<Mount> view = await store.Snapshots.ViewAsync("view", top);

        Assert.Equal(TestData.ExpectedTree(tag), Show(view));
    }

    [SkippableTheory]
    [InlineData(StoreDriver.Overlay, MediaTypes.OciLayerGzip)]
    [InlineData(StoreDriver.Overlay, MediaTypes.DockerLayerGzip)]
    [InlineData(StoreDriver.Overlay, MediaTypes.OciLayerZstd)]
    [InlineData(StoreDriver.Native, MediaTypes.OciLayer)]
    public async Task A_changed_snapshot_is_the_layer_that_leads_to_it(StoreDriver driver, string mediaType)
    {
        Tools.RequireRoot();
        await using Store store = await OpenAsync(driver);
        string? top = await UnpackAsync(store, "layers");
        IReadOnlyList<Mount> active = await store.Snapshots.PrepareAsync("active", top);
        string expected = Change(active);
        IReadOnlyList<Mount> below = await store.Snapshots.ViewAsync("below", top);

        MountDiffOptions options = new() { Reference = "ref", MediaType = mediaType, Labels = new Dictionary<string, string> { ["a"] = "b" } };
        Descriptor layer = await store.DiffAsync(below, active, options);

        // What the command line makes of the same snapshot: the same bytes.
        using MemoryStream tar = new();
        await store.DiffAsync("active", tar);
        var diffId = Digest.Compute(tar.ToArray());
        BlobInfo blob = (await store.Content.StatAsync(layer.Digest))!;
        Assert.Equal((mediaType, blob.Size), (layer.MediaType, layer.Size));
        Assert.Equal("b", blob.Labels["a"]);
        Assert.Equal(mediaType == MediaTypes.OciLayer ? null : diffId.ToString(), blob.Labels.GetValueOrDefault("containerd.io/uncompressed"));

        Descriptor applied = await store.ApplyAsync(layer, await store.Snapshots.PrepareAsync("again", top));
        Assert.Equal(new Descriptor(MediaTypes.OciLayer, diffId, tar.Length), applied);
        Assert.Equal(expected, Show(await store.Snapshots.MountsAsync("again")));
    }

    [SkippableFact]
    public async Task A_layer_is_the_same_of_an_active_snapshot_one_in_use_and_a_committed_one()
    {
        Tools.RequireRoot();
        await using Store store = await OpenAsync(StoreDriver.Overlay);
        string? top = await UnpackAsync(store, "layers");
        IReadOnlyList<Mount> active = await store.Snapshots.PrepareAsync("active", top);
        Change(active);
        IReadOnlyList<Mount> below = await store.Snapshots.ViewAsync("below", top);

        Descriptor idle = await store.DiffAsync(below, active);
        string target = _temp.CreateDirectory("running");
        Mounter.Mount(active.Single(), target);
        Descriptor inUse = await store.DiffAsync(below, active);
        Mounter.Unmount(target);
        await store.Snapshots.CommitAsync("committed", "active");
        Descriptor committed = await store.DiffAsync(below, await store.Snapshots.ViewAsync("view", "committed"));

        Assert.Equal(idle, inUse);
        Assert.Equal(idle, committed);
    }

    [SkippableFact]
    public async Task Later_times_than_the_source_date_are_written_as_it()
    {
        Tools.RequireRoot();
        await using Store store = await OpenAsync(StoreDriver.Overlay);
        IReadOnlyList<Mount> active = await store.Snapshots.PrepareAsync("active", null);
        ProcessRunner.Run("touch", "-d", "@2000000000", Path.Combine(OverlayUpper(active), "late"));
        ProcessRunner.Run("touch", "-d", "@1000000000", Path.Combine(OverlayUpper(active), "early"));

        MountDiffOptions options = new() { MediaType = MediaTypes.OciLayer, SourceDate = DateTimeOffset.FromUnixTimeSeconds(1_500_000_000) };
        Descriptor layer = await store.DiffAsync([], active, options);

        await using Stream blob = await store.Content.OpenAsync(layer.Digest);
        string file = _temp["layer.tar"];
        await using (FileStream copy = File.Create(file))
        {
            await blob.CopyToAsync(copy);
        }

        string[] lines = ProcessRunner.Run("tar", "-tvf", file, "--full-time", "--utc").Lines;
        Assert.Contains(lines, static line => line.Contains("2017-07-14 02:40:00", StringComparison.Ordinal) && line.EndsWith(" late", StringComparison.Ordinal));
        Assert.Contains(lines, static line => line.Contains("2001-09-09 01:46:40", StringComparison.Ordinal) && line.EndsWith(" early", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task Several_mounts_lie_on_each_other_and_leave_nothing()
    {
        Tools.RequireRoot();
        await using Store store = await OpenAsync(StoreDriver.Overlay);
        string? top = await UnpackAsync(store, "busybox");
        IReadOnlyList<Mount> view = await store.Snapshots.ViewAsync("view", top);
        string hidden = _temp.CreateDirectory("hidden");
        File.WriteAllText(Path.Combine(hidden, "secret"), "");

        Descriptor layer = await store.DiffAsync([new Mount("bind", hidden, ["rbind", "ro"]), .. view], view);
        Descriptor empty = await store.DiffAsync(view, view);

        Assert.Equal(empty.Digest, layer.Digest);
        Assert.DoesNotContain(File.ReadLines("/proc/self/mountinfo"), line => line.Contains(_temp.FullPath, StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task What_is_not_a_layer_or_not_as_said_is_refused()
    {
        Tools.RequireRoot();
        await using Store store = await OpenAsync(StoreDriver.Overlay);
        IReadOnlyList<Mount> active = await store.Snapshots.PrepareAsync("active", null);
        Descriptor layer = await store.DiffAsync([], active);
        byte[] garbage = [.. Enumerable.Repeat((byte)7, 1024)];
        BlobInfo damaged = await store.Content.WriteBlobAsync("garbage", garbage);

        await RefusedAsync(ErrorKind.Unimplemented, () => store.ApplyAsync(layer with { MediaType = "application/x-thing" }, active));
        await RefusedAsync(ErrorKind.Unimplemented, () => store.ApplyAsync(layer with { MediaType = MediaTypes.OciLayerGzip + "+encrypted" }, active));
        await RefusedAsync(ErrorKind.Unimplemented, () => store.DiffAsync([], active, new MountDiffOptions { MediaType = "application/x-thing" }));
        await RefusedAsync(ErrorKind.DataLoss, () => store.ApplyAsync(layer with { Size = layer.Size + 1 }, active));
        await RefusedAsync(ErrorKind.DataLoss, () => store.ApplyAsync(new Descriptor(MediaTypes.OciLayer, damaged.Digest, damaged.Size), active));
        await RefusedAsync(ErrorKind.NotFound, () => store.ApplyAsync(layer with { Digest = Digest.Compute("none"u8) }, active));
        await RefusedAsync(ErrorKind.InvalidArgument, () => store.ApplyAsync(layer, []));
        await using IngestWriter other = await store.Content.BeginIngestAsync("taken");
        await RefusedAsync(ErrorKind.Aborted, () => store.DiffAsync([], active, new MountDiffOptions { Reference = "taken" }));
    }

    public static TheoryData<StoreDriver, string, bool> HostileLayers()
    {
        TheoryData<StoreDriver, string, bool> cases = [];
        foreach (string name in s_hostile.Keys)
        {
            cases.Add(StoreDriver.Overlay, name, s_hostile[name].IsRefused);
            cases.Add(StoreDriver.Native, name, s_hostile[name].IsRefused);
        }

        return cases;
    }

    [SkippableTheory]
    [MemberData(nameof(HostileLayers))]
    public async Task A_hostile_layer_changes_nothing_outside_of_the_mounts(StoreDriver driver, string name, bool isRefused)
    {
        Tools.RequireRoot();
        await using Store store = await OpenAsync(driver);
        string victim = _temp.CreateDirectory("victim");
        _temp.WriteFile("victim/file", "safe");
        using MemoryStream tar = new();
        s_hostile[name].Make(victim).WriteTo(tar);
        BlobInfo blob = await store.Content.WriteBlobAsync("hostile", tar.ToArray());
        Descriptor layer = new(MediaTypes.OciLayer, blob.Digest, blob.Size);
        IReadOnlyList<Mount> active = await store.Snapshots.PrepareAsync("active", null);

        if (isRefused)
        {
            await RefusedAsync(ErrorKind.DataLoss, () => store.ApplyAsync(layer, active));
        }
        else
        {
            await store.ApplyAsync(layer, active);
        }

        Assert.Equal("safe", File.ReadAllText(Path.Combine(victim, "file")));
        Assert.Equal(["file"], Directory.EnumerateFileSystemEntries(victim).Select(Path.GetFileName));
    }

    private Task<Store> OpenAsync(StoreDriver driver) => Store.OpenAsync(_temp["root"], new StoreOptions { Driver = driver, Sync = false });

    /// <summary>Unpacks an image as containerd does, and gives the name of its topmost snapshot; null for an image without layers.</summary>
    private static async Task<string?> UnpackAsync(Store store, string tag)
    {
        Image image = await store.PullAsync(TransportReference.Parse(TestData.Source(tag)), new() { Unpack = false });
        string? parent = null;
        foreach (ImageLayer layer in (await store.LoadAsync(image)).Layers)
        {
            IReadOnlyList<Mount> mounts = await store.Snapshots.PrepareAsync("extract", parent);
            Descriptor applied = await store.ApplyAsync(layer.Descriptor, mounts);
            Assert.Equal(layer.DiffId, applied.Digest);
            parent = layer.ChainId.ToString();
            await store.Snapshots.CommitAsync(parent, "extract");
        }

        return parent;
    }

    /// <summary>Changes what mounts show, and gives what they show then.</summary>
    private string Change(IReadOnlyList<Mount> mounts)
    {
        string target = _temp.CreateDirectory("changing");
        Mounter.Mount(mounts.Single(), target);
        ProcessRunner.Run("sh", "-ec", """
            cd "$1"; echo new > new; mkdir -p d/e; ln new d/hard; ln -s ../new d/soft; rm -rf opt; mkdir opt; touch -d @1.123456789 opt/again
            chmod 6755 bin/busybox; rm bin/ash; mkfifo fifo; setfattr -n user.x -v y new; chmod 700 .
            """, "sh", target);
        string tree = TestData.Tree(target);
        Mounter.Unmount(target);
        return tree;
    }

    private string Show(IReadOnlyList<Mount> mounts)
    {
        string target = _temp.CreateDirectory("shown");
        Mounter.Mount(mounts.Single(), target);
        string tree = TestData.Tree(target);
        Mounter.Unmount(target);
        return tree;
    }

    private static string OverlayUpper(IReadOnlyList<Mount> mounts) =>
        mounts.Single().Options.Single(static option => option.StartsWith("upperdir=", StringComparison.Ordinal))["upperdir=".Length..];

    private static async Task RefusedAsync(ErrorKind kind, Func<Task> call) =>
        Assert.Equal(kind, (await Assert.ThrowsAnyAsync<LayerStoreException>(call)).Kind);
}
