using LayerStore.Content;
using Snapshotter.Snapshots;
using Snapshotter.Snapshots.Database;
using Snapshotter.Snapshots.Overlay;
using Snapshotter.Tests.Contracts;

namespace Snapshotter.Tests.Snapshots;

/// <summary>Which directories overlay is given, and what that shows.</summary>
public sealed class OverlayStackTests : IDisposable
{
    private const int PageSize = 4096;

    private readonly OverlayStore _store = new();

    private OverlaySnapshotter Snapshots => _store.Snapshots;

    public void Dispose() => _store.Dispose();

    // A tree is its number; r: has a root entry, o: has an opaque root. Topmost first.
    [Theory]
    [InlineData("", "", null)]
    [InlineData("3 2 1", "3 2 1", null)]
    [InlineData("3 2r 1r", "3 2 1", 2L)]
    [InlineData("1 2 1 3 2", "1 2 3", null)]
    [InlineData("1r 2 1r", "1 2", 1L)]
    [InlineData("3 2o 1", "3 2", null)]
    [InlineData("3 2o 1r", "3 2", 1L)]
    [InlineData("2o 1 2o", "2", null)]
    [InlineData("3 1 2o 1", "3 1 2", null)]
    public void A_repeated_tree_counts_where_it_is_topmost_and_an_opaque_root_ends_the_chain(string chain, string lowers, long? root)
    {
        OverlayStack stack = OverlayStack.Of(chain
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(t => new TreeRow(long.Parse(t.TrimEnd('r', 'o')), t.EndsWith('r'), t.EndsWith('o'))));
        Assert.Equal(lowers, string.Join(' ', stack.Lowers.Select(t => t.Id)));
        Assert.Equal(root, stack.Root?.Id);
    }

    [SkippableFact]
    public async Task The_same_layer_twice_in_a_chain_is_mounted()
    {
        string chain = await _store.PublishAsync(("a", "echo a > file; echo a > a"), ("b", "echo b > file; mknod a c 0 0"), ("a", null));
        Assert.Equal(2, (await Snapshots.StackAsync(chain)).Lowers.Count);
        using MountedSnapshot view = _store.Mount(await Snapshots.ViewAsync("view", chain));
        Assert.Equal("a\n", File.ReadAllText(view["file"]));
        Assert.Equal("a\n", File.ReadAllText(view["a"]));
    }

    [SkippableFact]
    public async Task Nothing_below_an_opaque_root_shows()
    {
        string chain = await _store.PublishAsync(("a", "echo a > a; chmod 0711 . #root"), ("b", "echo b > b #opaque"), ("c", "echo c > c"));
        using MountedSnapshot view = _store.Mount(await Snapshots.ViewAsync("view", chain));
        Assert.Equal([view["b"], view["c"]], Directory.GetFileSystemEntries(view.Path).Order());
        Assert.Equal("711", ProcessRunner.Run("stat", "-c", "%a", view.Path).Lines[0]);
    }

    [SkippableFact]
    public async Task The_root_is_that_of_the_topmost_layer_with_an_entry_for_it()
    {
        string script = "chown 5:6 .; chmod 1750 .; setfattr -n user.bin -v 0x000aff .; setfattr -n trusted.overlay.opaque -v y .; "
            + "setfattr -n trusted.overlay.overlay.kept -v 1 .; touch -d '2001-02-03 04:05:06.789 UTC' . #root";
        string chain = await _store.PublishAsync(("a", "chmod 0700 . #root"), ("b", script), ("c", "echo c > c; chmod 0777 ."));
        SnapshotStack layers = await Snapshots.StackAsync(chain);
        Assert.Equal(layers.Lowers[1], layers.RootMetadata);
        Assert.Null(layers.Upper);

        IReadOnlyList<Mount> active = await Snapshots.PrepareAsync("active", chain);
        IReadOnlyList<Mount> view = await Snapshots.ViewAsync("view", chain);
        Assert.Equal(layers.RootMetadata, (await Snapshots.StackAsync("active")).RootMetadata);
        foreach (string top in new[] { (await Snapshots.StackAsync("active")).Upper!, (await Snapshots.StackAsync("view")).Lowers[0] })
        {
            Assert.DoesNotContain("opaque", ProcessRunner.Run("getfattr", "-dm-", "--absolute-names", top).Output, StringComparison.Ordinal);
        }

        foreach (IReadOnlyList<Mount> mounts in new[] { active, view })
        {
            using MountedSnapshot mounted = _store.Mount(mounts);
            Assert.Equal("1750 5:6 2001-02-03 04:05:06.789000000", ProcessRunner.Run("stat", "-c", "%a %u:%g %y", mounted.Path).Lines[0][..^6]);
            Assert.Equal([0, 10, 255], ProcessRunner.Run("getfattr", "-n", "user.bin", "--only-values", mounted.Path).OutputBytes);
            Assert.Contains("trusted.overlay.kept=\"1\"", ProcessRunner.Run("getfattr", "-dm-", "--absolute-names", mounted.Path).Output, StringComparison.Ordinal);
            Assert.True(File.Exists(mounted["c"]));
        }
    }

    [SkippableFact]
    public async Task Without_any_root_entry_the_root_is_0755_with_the_time_0()
    {
        string chain = await _store.PublishAsync(("a", "chmod 0700 .; touch ."));
        Assert.Null((await Snapshots.StackAsync(chain)).RootMetadata);
        using MountedSnapshot view = _store.Mount(await Snapshots.ViewAsync("view", chain));
        Assert.Equal("755 0:0 0", ProcessRunner.Run("stat", "-c", "%a %u:%g %Y", view.Path).Lines[0]);
    }

    [SkippableFact]
    public async Task A_view_of_one_layer_hides_its_whiteouts()
    {
        // A layer's directories with whiteouts carry an empty origin: see the rules for layers that know no parent.
        string chain = await _store.PublishAsync(("a", "mknod gone c 0 0; setfattr -n trusted.overlay.origin .; echo a > a"));
        Mount mount = Assert.Single(await Snapshots.ViewAsync("view", chain));
        Assert.Equal("overlay", mount.Type);
        using MountedSnapshot view = _store.Mount([mount]);
        Assert.Equal([view["a"]], Directory.GetFileSystemEntries(view.Path));
    }

    [SkippableFact]
    public async Task A_root_without_a_parent_is_an_overlay_and_its_whiteouts_work()
    {
        string lower = await _store.PublishAsync(("a", "echo a > gone; echo a > kept"));
        Mount mount = Assert.Single(await Snapshots.PrepareAsync("key", null));
        Assert.Equal("overlay", mount.Type);
        string upper = (await Snapshots.StackAsync("key")).Upper!;
        Assert.Contains("upperdir=" + upper, mount.Options);
        using (MountedSnapshot mounted = _store.Mount([mount]))
        {
            File.WriteAllText(mounted["new"], "x");
        }

        // As containerd's applier does it: into the upper, without the mount.
        ProcessRunner.Run("mknod", Path.Join(upper, "gone"), "c", "0", "0");
        await Snapshots.CommitAsync("name", "key", parent: lower);
        Assert.Equal(lower, (await Snapshots.StatAsync("name"))!.Parent);
        using MountedSnapshot view = _store.Mount(await Snapshots.ViewAsync("view", "name"));
        Assert.Equal([view["kept"], view["new"]], Directory.GetFileSystemEntries(view.Path).Order());
    }

    [SkippableFact]
    public async Task A_parent_that_comes_late_shows_its_root_unless_the_snapshot_has_one_of_its_own()
    {
        string lower = await _store.PublishAsync(("a", "chown 3:4 .; chmod 711 .; #root"));
        foreach ((string name, string change) in new[] { ("implied", "echo x > new"), ("own", "chmod 700 .") })
        {
            using (MountedSnapshot mounted = _store.Mount(await Snapshots.PrepareAsync(name + "-key", null)))
            {
                ProcessRunner.Script("cd \"$1\"; " + change, mounted.Path);
            }

            await Snapshots.CommitAsync(name, name + "-key", parent: lower);
            using MountedSnapshot view = _store.Mount(await Snapshots.ViewAsync(name + "-view", name));
            Assert.Equal(name == "own" ? "0:0 700" : "3:4 711", ProcessRunner.Run("stat", "-c", "%u:%g %a", view.Path).Output.Trim());
        }
    }

    [SkippableFact]
    public async Task Only_a_snapshot_without_a_parent_gets_one_at_commit()
    {
        await _store.PublishAsync(("a", "echo a > a"), ("b", "echo b > b"));
        await Snapshots.PrepareAsync("key", OverlayStore.DiffId("a").ToString());
        string other = OverlayStore.Chain("a", "b").ToString();
        await LayerPublicationTests.FailsAsync(LayerStore.ErrorKind.FailedPrecondition, () => Snapshots.CommitAsync("name", "key", parent: other));
        await Snapshots.CommitAsync("name", "key", parent: OverlayStore.DiffId("a").ToString());
        Assert.Equal(OverlayStore.DiffId("a").ToString(), (await Snapshots.StatAsync("name"))!.Parent);
    }

    [SkippableFact]
    public async Task What_is_committed_through_the_interface_is_no_layer_and_stays_in_place()
    {
        await Snapshots.PrepareAsync("key", null);
        string upper = (await Snapshots.StackAsync("key")).Upper!;
        string name = OverlayStore.DiffId("a").ToString();
        await Snapshots.CommitAsync(name, "key");
        Assert.Equal([upper], (await Snapshots.StackAsync(name)).Lowers);
        Assert.Equal(upper, (await Snapshots.StackAsync(name)).RootMetadata);
        Assert.Null(await Snapshots.FindLayerAsync(OverlayStore.DiffId("a"), OverlayStore.DiffId("a")));
        Assert.Empty(Directory.GetFileSystemEntries(_store.Layout.Works));
        await Snapshots.RemoveAsync(name);
        Assert.Empty(_store.Trees());
    }

    [Fact]
    public void The_mounts_of_128_layers_fit_into_one_page_of_options()
    {
        // With the default root, and a store that has seen ten million trees.
        const string Root = "/var/lib/layerstore";
        Mount mount = OverlayMount.Create(
            Enumerable.Range(0, 128).Select(i => $"{Root}/t/{9_999_000 + i}"), $"{Root}/t/9999999", $"{Root}/w/9999999", userXattrs: true);
        Assert.InRange(string.Join(',', mount.Options).Length, 1, PageSize - 1);
    }

    [SkippableFact]
    public async Task A_chain_of_128_layers_mounts_as_mount_2_does_it()
    {
        Tools.Require("python3");

        // As long as /var/lib/layerstore, wherever TMPDIR is.
        string root = ("/tmp/" + Guid.NewGuid().ToString("n"))[.."/var/lib/layerstore".Length];
        try
        {
            using OverlaySnapshotter snapshots = OverlaySnapshotter.Open(StoreLayout.OpenOrCreate(root, XattrNamespace.Trusted));
            string chain = await PublishManyAsync(snapshots, 128);
            Mount mount = (await snapshots.PrepareAsync("key", chain))[0];
            string[] result = ProcessRunner.Run(MountNamespace.Wrapper[0], [.. MountNamespace.Wrapper[1..], "python3", "-c", MountAndCount, string.Join(',', mount.Options)]).Lines;
            Assert.Equal(["0", "128"], result);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [SkippableFact]
    public async Task A_chain_of_499_layers_mounts_through_fsconfig()
    {
        // The kernel's limit is 500 lower directories; a view's own top is one of them.
        string chain = await PublishManyAsync(Snapshots, 499);
        using MountedSnapshot view = _store.Mount(await Snapshots.ViewAsync("view", chain));
        Assert.Equal(499, Directory.GetFileSystemEntries(view.Path).Length);
    }

    [SkippableFact]
    public async Task A_store_of_a_user_namespace_is_mounted_with_userxattr()
    {
        using OverlayStore user = new("user", XattrNamespace.User);
        Assert.Equal("user", user.Snapshots.OverlayXattrNamespace);
        string chain = await user.PublishAsync(("a", "mkdir d; echo a > d/a; chmod 0711 . #root"), ("b", "mkdir d; setfattr -n user.overlay.opaque -v y d; setfattr -n user.overlay.opaque -v y ."));
        IReadOnlyList<Mount> mounts = await user.Snapshots.PrepareAsync("key", chain);
        Assert.Contains("userxattr", mounts[0].Options);
        using MountedSnapshot mounted = user.Mount(mounts);
        Assert.Empty(Directory.GetFileSystemEntries(mounted["d"]));
        Assert.Equal("711", ProcessRunner.Run("stat", "-c", "%a", mounted.Path).Lines[0]);
    }

    private static async Task<string> PublishManyAsync(OverlaySnapshotter snapshots, int count)
    {
        List<LayerLink> chain = [];
        for (int i = 0; i < count; i++)
        {
            LayerDraft draft = await snapshots.BeginLayerAsync();
            Directory.CreateDirectory(Path.Join(draft.Directory, $"{i}"));
            LayerStore.Digest diffId = OverlayStore.DiffId($"{i}");
            chain.Add(new LayerLink(diffId, LayerStore.Oci.ChainId.Append(chain.LastOrDefault()?.ChainId, diffId), draft));
        }

        await snapshots.PublishAsync(chain);
        return chain[^1].ChainId.ToString();
    }

    private const string MountAndCount = """
        import ctypes, os, sys
        result = ctypes.CDLL(None, use_errno=True).mount(b"overlay", b"/mnt", b"overlay", 0, sys.argv[1].encode())
        print(result if result == 0 else os.strerror(ctypes.get_errno()))
        print(len(os.listdir("/mnt")))
        """;
}
