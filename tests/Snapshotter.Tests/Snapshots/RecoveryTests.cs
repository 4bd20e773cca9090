using LayerStore;
using LayerStore.Content;
using Snapshotter.Snapshots;
using Snapshotter.Snapshots.Native;
using Snapshotter.Snapshots.Overlay;

namespace Snapshotter.Tests.Snapshots;

/// <summary>What a process leaves that died, and what is nobody's business.</summary>
public sealed class RecoveryTests : IDisposable
{
    private static readonly string[] s_foreign = ["t/foreign", "t/007", "t/+8", "t/-1", "w/x", "m/notes", "locks/mine", "README"];

    private readonly OverlayStore _store = new();

    private OverlaySnapshotter Snapshots => _store.Snapshots;

    public void Dispose() => _store.Dispose();

    [SkippableFact]
    public async Task The_draft_of_a_dead_process_is_removed_by_the_next_opening()
    {
        // Closing without disposing the drafts leaves what a kill leaves: rows and directories, and no lock.
        OverlaySnapshotter dead = _store.Reopen();
        LayerDraft draft = await _store.DraftAsync("mkdir -p a/b; echo x > a/b/c", dead);
        File.WriteAllText(draft.ManifestPath, "manifest");
        await using LayerDraft living = await _store.DraftAsync("echo y > y");
        dead.Dispose();
        Assert.Equal(2, _store.Trees().Count);

        using OverlaySnapshotter next = _store.Reopen();
        Assert.Equal([living.Tree], _store.Trees());
        Assert.Empty(Directory.GetFileSystemEntries(_store.Layout.Manifests));
        await next.CleanupAsync();
        Assert.True(File.Exists(Path.Join(living.Directory, "y")), "A LIVING PROCESS LOST ITS DRAFT!");
        Assert.Single(Directory.GetFiles(_store.Layout.Locks, "writer-*"));
    }

    [SkippableFact]
    public async Task A_number_that_a_power_cut_made_free_is_not_used_while_its_directory_is_there()
    {
        await Snapshots.PrepareAsync("before", null);
        long next = _store.Trees()[^1] + 1;
        Directory.CreateDirectory(_store.Layout.Tree(next) + "/old");
        Directory.CreateDirectory(_store.Layout.Work(next + 1));
        File.WriteAllText(_store.Layout.Manifest(next + 2), "old");

        await Snapshots.PrepareAsync("key", null);

        Assert.Equal(_store.Layout.Tree(next + 3), (await Snapshots.StackAsync("key")).Upper);
        await Snapshots.CleanupAsync();
        Assert.Equal([next - 1, next + 3], _store.Trees());
        Assert.Empty(Directory.GetFileSystemEntries(_store.Layout.Manifests));
    }

    [SkippableFact]
    public async Task Locks_of_dead_processes_go_and_those_that_are_held_stay()
    {
        string[] dead = ["freeze-7", "key-abc", "writer-0"];
        Array.ForEach(dead, name => File.WriteAllText(Path.Join(_store.Layout.Locks, name), string.Empty));
        using StoreLock held = await StoreLock.AcquireAsync(_store.Layout, "key-held");

        await Snapshots.CleanupAsync();

        Assert.Empty(Directory.GetFiles(_store.Layout.Locks).Select(Path.GetFileName).Intersect(dead));
        Assert.True(File.Exists(Path.Join(_store.Layout.Locks, "key-held")), "A LIVING PROCESS LOST ITS LOCK!");
    }

    [SkippableFact]
    public async Task A_killed_process_leaves_a_draft_that_is_removed()
    {
        Tools.Require("flock", "sqlite3");
        await using LayerDraft own = await _store.DraftAsync();

        // Another process, seen from here: a row that names a lock, a directory, the lock held until it is killed.
        string writer = Path.Join(_store.Layout.Locks, "writer-0");
        System.Diagnostics.ProcessStartInfo flock = new("flock", ["--no-fork", writer, "sh", "-c", "echo locked; exec sleep 600"])
        {
            RedirectStandardOutput = true,
        };
        using System.Diagnostics.Process process = System.Diagnostics.Process.Start(flock)!;
        try
        {
            Assert.Equal("locked", await process.StandardOutput.ReadLineAsync());
            ProcessRunner.Run("sqlite3", _store.Layout.SnapshotsDatabase, "PRAGMA busy_timeout=30000; INSERT INTO trees (id, writer, has_root_entry, opaque_root, bytes, inodes) VALUES (77, 'writer-0', 0, 0, 0, 0)");
            Directory.CreateDirectory(_store.Layout.Tree(77));
            await Snapshots.CleanupAsync();
            Assert.Equal([own.Tree, 77], _store.Trees());
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        await Snapshots.CleanupAsync();
        Assert.Equal([own.Tree], _store.Trees());
        Assert.False(File.Exists(writer));
    }

    [SkippableFact]
    public async Task A_number_whose_row_a_power_cut_took_is_passed_over_while_its_directory_is_there()
    {
        await using LayerDraft before = await _store.DraftAsync();
        Directory.CreateDirectory(Path.Join(_store.Layout.Tree(before.Tree + 1), "of-a-lost-draft"));
        File.WriteAllText(_store.Layout.Manifest(before.Tree + 2), "of a lost draft");

        await using LayerDraft draft = await _store.DraftAsync("echo x > x");
        Assert.Equal(before.Tree + 3, draft.Tree);
        await Snapshots.CleanupAsync();
        Assert.Equal([before.Tree, draft.Tree], _store.Trees());
        Assert.True(File.Exists(Path.Join(draft.Directory, "x")), "A LIVING PROCESS LOST ITS DRAFT!");
    }

    [SkippableFact]
    public async Task Cleanup_removes_what_no_record_names_and_nothing_foreign()
    {
        string chain = await _store.PublishAsync(("a", "echo a > a"));
        await Snapshots.PrepareAsync("key", chain);
        await Snapshots.PrepareAsync("bare", null);
        IReadOnlyList<long> trees = _store.Trees();
        StoreLayout layout = _store.Layout;
        foreach (string path in new[] { layout.Tree(900) + "/a/b", layout.Work(901) + "/work", layout.Work(trees[0]), layout.Trash + "/t-3/x" })
        {
            Directory.CreateDirectory(path);
        }

        File.WriteAllText(layout.Manifest(902), "manifest");
        File.WriteAllText(layout.Trash + "/file", "x");
        string[] foreign = [.. s_foreign.Select(name => Path.Join(layout.Root, name))];
        foreach (string path in foreign)
        {
            File.WriteAllText(path, "mine");
        }

        using (OverlaySnapshotter opened = _store.Reopen())
        {
            Assert.True(Directory.Exists(layout.Tree(900)), "Opening looks at records only; it would be slow with many trees.");
        }

        await Snapshots.CleanupAsync();
        Assert.Equal(trees, _store.Trees());
        Assert.Empty(Directory.GetFileSystemEntries(layout.Trash));
        Assert.False(File.Exists(layout.Manifest(902)));
        Assert.False(Directory.Exists(layout.Work(901)));
        Assert.False(Directory.Exists(layout.Work(trees[0])), "a layer has no work directory");
        Assert.All(foreign, path => Assert.True(File.Exists(path), $"{path} was not ours to delete"));
        _store.Mount(await Snapshots.MountsAsync("key")).Dispose();
        _store.Mount(await Snapshots.MountsAsync("bare")).Dispose();
    }

    [SkippableFact]
    public async Task A_cancelled_or_failed_call_leaves_nothing()
    {
        string chain = await _store.PublishAsync(("a", "echo a > a"));
        using CancellationTokenSource cancelled = new();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Snapshots.PrepareAsync("key", chain, cancellationToken: cancelled.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Snapshots.BeginLayerAsync(cancelled.Token));
        Assert.Null(await Snapshots.StatAsync("key"));

        // The layer that the root's metadata come from is gone: damage.
        long tree = _store.Trees()[0];
        await using (LayerDraft draft = await _store.DraftAsync("echo b > b"))
        {
            draft.HasRootEntry = true;
            await Snapshots.PublishAsync([new LayerLink(OverlayStore.DiffId("b"), OverlayStore.Chain("a", "b"), draft)]);
            Directory.Delete(draft.Directory, recursive: true);
        }

        await LayerPublicationTests.FailsAsync(ErrorKind.NotFound, () => Snapshots.PrepareAsync("key", OverlayStore.Chain("a", "b").ToString()));
        Assert.Null(await Snapshots.StatAsync("key"));
        Assert.Equal([tree], _store.Trees());
    }

    [SkippableFact]
    public async Task A_full_disk_fails_a_copy_and_leaves_nothing()
    {
        using TempDirectory directory = new();
        Tools.RequireRoot();
        string small = directory.CreateDirectory("small");
        ProcessRunner.Run("mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", small);
        using NativeSnapshotter snapshots = NativeSnapshotter.Open(StoreLayout.OpenOrCreate(Path.Join(small, "store"), XattrNamespace.Trusted));
        Mount mount = (await snapshots.PrepareAsync("key", null))[0];
        File.WriteAllBytes(Path.Join(mount.Source, "big"), new byte[6 << 20]);
        await snapshots.CommitAsync("name", "key");
        await snapshots.PrepareAsync("one", null);
        await LayerPublicationTests.FailsAsync(ErrorKind.ResourceExhausted, async () =>
        {
            await snapshots.PrepareAsync("a", "name");
            await snapshots.PrepareAsync("b", "name");
        });
        Assert.Null(await snapshots.StatAsync("b"));
        await snapshots.RemoveAsync("one");
        await snapshots.CleanupAsync();
        Assert.Empty(Directory.GetFileSystemEntries(snapshots.Layout.Works));
        Assert.Equal(2, Directory.GetFileSystemEntries(snapshots.Layout.Trees).Length); // One of them is the empty tree.
    }

    [SkippableFact]
    public void A_store_keeps_to_one_driver()
    {
        LayerStoreException error = Assert.Throws<LayerStoreException>(() => SnapshotDrivers.Open(_store.Layout, "native"));
        Assert.Equal(ErrorKind.FailedPrecondition, error.Kind);
        Assert.Contains("--driver overlay", error.Hint, StringComparison.Ordinal);
        Assert.Equal(ErrorKind.InvalidArgument, Assert.Throws<LayerStoreException>(() => SnapshotDrivers.Open(_store.Layout, "zfs")).Kind);
        using DirectorySnapshotter opened = SnapshotDrivers.Open(_store.Layout);
        Assert.IsType<OverlaySnapshotter>(opened);
    }

    [SkippableFact]
    public void A_new_store_gets_the_driver_that_is_asked_for()
    {
        using TempDirectory directory = new();
        StoreLayout layout = StoreLayout.OpenOrCreate(directory["store"], XattrNamespace.Trusted);
        SnapshotDrivers.Open(layout, "native").Dispose();
        using DirectorySnapshotter opened = SnapshotDrivers.Open(layout);
        Assert.IsType<NativeSnapshotter>(opened);
    }
}
