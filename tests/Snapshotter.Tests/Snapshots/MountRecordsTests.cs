using LayerStore;
using Snapshotter.Snapshots.Database;
using Snapshotter.Snapshots.Overlay;
using Snapshotter.Tests.Contracts;

namespace Snapshotter.Tests.Snapshots;

public sealed class MountRecordsTests : IDisposable
{
    private readonly OverlayStore _store = new();

    private OverlaySnapshotter Snapshots => _store.Snapshots;

    private MountRecords Records => Snapshots.MountRecords;

    public void Dispose() => _store.Dispose();

    [SkippableFact]
    public async Task A_record_is_found_by_target_and_by_key_until_it_is_removed()
    {
        await Snapshots.PrepareAsync("key", null);
        await Snapshots.PrepareAsync("other", null);
        MountRecord first = new("/b", "key", false, false, ["lowerdir=/a:/b", "ro"]);
        MountRecord second = new("/a", "key", true, true, []);
        Records.Add(first);
        Records.Add(second);
        Records.Add(new MountRecord("/c", "other", false, false, []));
        Assert.Equivalent(first, Records.FindByTarget("/b"), strict: true);
        Assert.Null(Records.FindByTarget("/d"));
        Assert.Equivalent(new[] { second, first }, Records.FindByKey("key"), strict: true);
        Assert.Equal(["/a", "/b", "/c"], Records.List().Select(r => r.Target));

        Records.Add(second with { Key = "other" });
        Assert.Equal("other", Records.FindByTarget("/a")!.Key);
        Assert.True(Records.Remove("/a"));
        Assert.False(Records.Remove("/a"));
        Assert.Empty(_store.Reopen("someone else").MountRecords.List());
        Assert.Equal(ErrorKind.NotFound, Assert.Throws<LayerStoreException>(() => Records.Add(first with { Key = "missing" })).Kind);
    }

    [SkippableFact]
    public async Task A_snapshot_that_is_mounted_where_its_record_says_is_neither_removed_nor_committed()
    {
        MountedSnapshot mounted = _store.Mount(await Snapshots.PrepareAsync("key", null));
        using (mounted)
        {
            Records.Add(new MountRecord(mounted.Path, "key", false, false, []));
            await LayerPublicationTests.FailsAsync(ErrorKind.FailedPrecondition, () => Snapshots.RemoveAsync("key"));
            await LayerPublicationTests.FailsAsync(ErrorKind.FailedPrecondition, () => Snapshots.CommitAsync("name", "key"));
        }

        // A record of a mount that is gone, as after a reboot, keeps nothing and goes with its snapshot.
        await Snapshots.RemoveAsync("key");
        Assert.Empty(Records.List());
    }
}
