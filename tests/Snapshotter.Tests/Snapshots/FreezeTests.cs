using LayerStore;
using Snapshotter.Snapshots;
using Snapshotter.Snapshots.Overlay;
using Snapshotter.Tests.Contracts;

namespace Snapshotter.Tests.Snapshots;

/// <summary>The upper of an active snapshot becomes a layer, and the snapshot goes on.</summary>
public sealed class FreezeTests : IDisposable
{
    private readonly OverlayStore _store = new("a store: with, odd\\name");

    private OverlaySnapshotter Snapshots => _store.Snapshots;

    public void Dispose() => _store.Dispose();

    private static LayerLink Link(LayerDraft? draft) => new(OverlayStore.DiffId("b"), OverlayStore.Chain("a", "b"), draft);

    private async Task PrepareAsync()
    {
        string parent = await _store.PublishAsync(("a", "echo a > file"));
        using MountedSnapshot mounted = _store.Mount(await Snapshots.PrepareAsync("key", parent, new Dictionary<string, string> { ["l"] = "v" }));
        File.WriteAllText(mounted["file"], "b");
        ProcessRunner.Script("chmod 0750 \"$1\"; setfattr -n user.note -v hello \"$1\"", mounted.Path);
    }

    // A kill between the two would leave a snapshot that stands on no image, and cannot be committed again.
    [SkippableFact]
    public async Task The_snapshots_labels_change_with_what_it_stands_on()
    {
        await PrepareAsync();
        await using LayerDraft draft = await Snapshots.FreezeAsync("key");

        await Snapshots.PublishAsync([Link(draft)], "key", new Dictionary<string, string?> { ["l"] = "w", ["new"] = "n" });

        SnapshotInfo after = (await Snapshots.StatAsync("key"))!;
        Assert.Equal([KeyValuePair.Create("l", "w"), KeyValuePair.Create("new", "n")], after.Labels);
        Assert.Equal(OverlayStore.Chain("a", "b").ToString(), after.Parent);
    }

    [SkippableFact]
    public async Task The_snapshots_labels_stay_when_the_publication_fails()
    {
        await PrepareAsync();
        await using LayerDraft draft = await Snapshots.FreezeAsync("key");
        await Snapshots.RemoveAsync("key");

        await LayerPublicationTests.FailsAsync(
            ErrorKind.NotFound, () => Snapshots.PublishAsync([Link(draft)], "key", new Dictionary<string, string?> { ["l"] = "w" }));

        Assert.Null(await Snapshots.StatAsync(OverlayStore.Chain("a", "b").ToString()));
    }

    [SkippableFact]
    public async Task The_snapshot_continues_empty_on_the_new_layer()
    {
        await PrepareAsync();
        SnapshotInfo before = (await Snapshots.StatAsync("key"))!;
        string upper = (await Snapshots.StackAsync("key")).Upper!;
        await using (LayerDraft draft = await Snapshots.FreezeAsync("key"))
        {
            Assert.Equal(upper, draft.Directory);
            await Snapshots.PublishAsync([Link(draft)], "key");
        }

        SnapshotInfo after = (await Snapshots.StatAsync("key"))!;
        Assert.Equal(OverlayStore.Chain("a", "b").ToString(), after.Parent);
        Assert.Equivalent(before with { Parent = after.Parent }, after, strict: true);
        SnapshotStack stack = await Snapshots.StackAsync("key");
        Assert.Equal(upper, stack.Lowers[0]);
        Assert.Empty(Directory.GetFileSystemEntries(stack.Upper!));
        Assert.Single(Directory.GetDirectories(_store.Layout.Works));

        using MountedSnapshot mounted = _store.Mount(await Snapshots.MountsAsync("key"));
        Assert.Equal("b", File.ReadAllText(mounted["file"]));
        Assert.Equal("750", ProcessRunner.Run("stat", "-c", "%a", mounted.Path).Lines[0]);
        Assert.Equal("hello", ProcessRunner.Run("getfattr", "-n", "user.note", "--only-values", mounted.Path).Output);
        File.WriteAllText(mounted["more"], "c");
    }

    [SkippableFact]
    public async Task A_draft_given_up_leaves_the_snapshot_as_it_was()
    {
        await PrepareAsync();
        SnapshotInfo before = (await Snapshots.StatAsync("key"))!;
        await using (LayerDraft draft = await Snapshots.FreezeAsync("key"))
        {
            File.WriteAllText(draft.ManifestPath, "manifest");
        }

        Assert.Equivalent(before, await Snapshots.StatAsync("key"), strict: true);
        Assert.Empty(Directory.GetFileSystemEntries(_store.Layout.Manifests));
        using MountedSnapshot mounted = _store.Mount(await Snapshots.MountsAsync("key"));
        Assert.Equal("b", File.ReadAllText(mounted["file"]));
    }

    [SkippableFact]
    public async Task A_layer_that_exists_takes_the_uppers_place()
    {
        await PrepareAsync();
        string upper = (await Snapshots.StackAsync("key")).Upper!;
        await _store.PublishAsync(("b", "echo -n b > file"));
        await using (LayerDraft draft = await Snapshots.FreezeAsync("key"))
        {
            await Snapshots.PublishAsync([Link(draft)], "key");
        }

        Assert.False(Directory.Exists(upper), "THE UPPER WAS LEFT BEHIND!");
        using MountedSnapshot mounted = _store.Mount(await Snapshots.MountsAsync("key"));
        Assert.Equal("b", File.ReadAllText(mounted["file"]));
    }

    [SkippableFact]
    public async Task Only_an_active_snapshot_that_is_not_mounted_can_be_frozen()
    {
        await PrepareAsync();
        await Snapshots.ViewAsync("view", OverlayStore.DiffId("a").ToString());
        await LayerPublicationTests.FailsAsync(ErrorKind.NotFound, () => Snapshots.FreezeAsync("missing"));
        await LayerPublicationTests.FailsAsync(ErrorKind.FailedPrecondition, () => Snapshots.FreezeAsync("view"));
        await LayerPublicationTests.FailsAsync(ErrorKind.FailedPrecondition, () => Snapshots.FreezeAsync(OverlayStore.DiffId("a").ToString()));
        using (_store.Mount(await Snapshots.MountsAsync("key")))
        {
            await LayerPublicationTests.FailsAsync(ErrorKind.FailedPrecondition, () => Snapshots.FreezeAsync("key"));
        }

        await using LayerDraft draft = await Snapshots.FreezeAsync("key");
        await LayerPublicationTests.FailsAsync(ErrorKind.Aborted, () => _store.Reopen().FreezeAsync("key"));
    }

    [SkippableFact]
    public async Task A_snapshot_mounted_in_another_mount_namespace_is_not_frozen()
    {
        Tools.Require("unshare", "python3");
        await PrepareAsync();
        Mount mount = (await Snapshots.MountsAsync("key"))[0];
        using System.Diagnostics.Process other = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(
            MountNamespace.Wrapper[0], [.. MountNamespace.Wrapper[1..], "python3", "-c", MountAndWait, string.Join(',', mount.Options)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        try
        {
            Assert.Equal("0", await other.StandardOutput.ReadLineAsync());
            await LayerPublicationTests.FailsAsync(ErrorKind.FailedPrecondition, () => Snapshots.FreezeAsync("key"));
        }
        finally
        {
            other.StandardInput.Close();
            await other.WaitForExitAsync();
        }

        await (await Snapshots.FreezeAsync("key")).DisposeAsync();
    }

    [SkippableFact]
    public async Task A_snapshot_that_is_mounted_or_gone_meanwhile_is_not_published()
    {
        await PrepareAsync();
        await using LayerDraft draft = await Snapshots.FreezeAsync("key");
        using (_store.Mount(await Snapshots.MountsAsync("key")))
        {
            await LayerPublicationTests.FailsAsync(ErrorKind.FailedPrecondition, () => Snapshots.PublishAsync([Link(draft)], "key"));
        }

        await Snapshots.RemoveAsync("key");
        await LayerPublicationTests.FailsAsync(ErrorKind.NotFound, () => Snapshots.PublishAsync([Link(draft)], "key"));
        Assert.Single(_store.Trees());
        Assert.Null(await Snapshots.StatAsync(OverlayStore.Chain("a", "b").ToString()));
    }

    // mount(2) itself, as a container runtime calls it with the options joined.
    private const string MountAndWait = """
        import ctypes, os, sys
        target = "/mnt"
        result = ctypes.CDLL(None, use_errno=True).mount(b"overlay", target.encode(), b"overlay", 0, sys.argv[1].encode())
        print(result if result == 0 else os.strerror(ctypes.get_errno()), flush=True)
        sys.stdin.read()
        """;
}
