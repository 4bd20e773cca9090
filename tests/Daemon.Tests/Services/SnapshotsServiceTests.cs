using Daemon.Tests.Support;
using Google.Protobuf.WellKnownTypes;
using LayerStore.Daemon.Grpc;
using LayerStore.Daemon.Protos.Snapshots;
using Mount = LayerStore.Daemon.Protos.Types.Mount;

namespace Daemon.Tests.Services;

/// <summary>The snapshots service on the wire: what containerd's own suite leaves out.</summary>
public sealed class SnapshotsServiceTests
{
    [SkippableFact]
    public async Task A_commit_has_new_equal_times_and_new_labels_and_the_key_is_gone()
    {
        await using SnapshotsWire wire = await SnapshotsWire.StartAsync();
        await wire.PrepareAsync("ns/1/a key", "", ("a", "1"));
        Info active = await wire.StatAsync("ns/1/a key");
        Assert.Equal((Kind.Active, "", "1"), (active.Kind, active.Parent, active.Labels["a"]));

        await wire.CommitAsync("ns/2/name", "ns/1/a key", labels: ("b", "2"));

        Info committed = await wire.StatAsync("ns/2/name");
        Assert.Equal((Kind.Committed, "", "2"), (committed.Kind, committed.Parent, committed.Labels["b"]));
        Assert.Single(committed.Labels);
        Assert.Equal(committed.CreatedAt, committed.UpdatedAt);
        Assert.True(committed.CreatedAt.ToDateTimeOffset() > active.UpdatedAt.ToDateTimeOffset());
        await wire.AssertAsync(GrpcStatus.NotFound, "Stat", new StatSnapshotRequest { Key = "ns/1/a key" });
    }

    [SkippableFact]
    public async Task An_update_changes_the_fields_of_its_mask()
    {
        await using SnapshotsWire wire = await SnapshotsWire.StartAsync();
        await wire.PrepareAsync("key", "", ("a", "1"), ("b.c/d", "2"), ("e", "3"));
        Info before = await wire.StatAsync("key");

        Info one = await wire.UpdateAsync(["labels.a", "labels.b.c/d", "labels.new", "labels.absent"], ("a", "changed"), ("b.c/d", ""), ("new", "4"), ("e", "ignored"));
        Assert.Equal(Sorted(("a", "changed"), ("e", "3"), ("new", "4")), Sorted(one));
        Assert.Equal(before.CreatedAt, one.CreatedAt);
        Assert.True(one.UpdatedAt.ToDateTimeOffset() > before.UpdatedAt.ToDateTimeOffset());
        Assert.Equal(one, await wire.StatAsync("key"));

        Assert.Equal(Sorted(("f", "5")), Sorted(await wire.UpdateAsync([], ("f", "5"), ("empty", ""))));
        Assert.Equal(Sorted(("g", "6")), Sorted(await wire.UpdateAsync(["labels"], ("g", "6"))));
        Assert.Empty((await wire.UpdateAsync([])).Labels);

        foreach (string field in new[] { "parent", "name", "kind", "created_at", "labelsx", "" })
        {
            await wire.AssertAsync(GrpcStatus.InvalidArgument, "Update", new UpdateSnapshotRequest { Info = new Info { Name = "key" }, UpdateMask = new FieldMask { Paths = { field } } });
        }

        await wire.AssertAsync(GrpcStatus.InvalidArgument, "Update", new UpdateSnapshotRequest());
        await wire.AssertAsync(GrpcStatus.NotFound, "Update", new UpdateSnapshotRequest { Info = new Info { Name = "missing" } });
    }

    [SkippableFact]
    public async Task A_list_comes_in_batches_of_a_hundred_and_a_filter_chooses()
    {
        await using SnapshotsWire wire = await SnapshotsWire.StartAsync();
        for (int i = 0; i < 230; i++)
        {
            await wire.PrepareAsync($"key-{i:d3}", "", ("containerd.io/gc.x", i % 2 == 0 ? "even" : "odd"));
        }

        await wire.CommitAsync("name", "key-007");
        Assert.Equal([100, 100, 30], (await wire.ListAsync()).Select(b => b.Info.Count));
        Assert.Equal(115, await wire.CountAsync("labels.\"containerd.io/gc.x\"==even"));
        Assert.Equal(2, await wire.CountAsync("name==key-001", "name==key-002", "name==missing"));
        Assert.Equal(1, await wire.CountAsync("kind==committed,parent==\"\""));
        Assert.Equal(10, await wire.CountAsync("name~=^key-01,kind!=view"));
        Assert.Equal(229, await wire.CountAsync("labels.\"containerd.io/gc.x\""));
        Assert.Equal(0, await wire.CountAsync("unknown==x", "unknown"));
        await wire.AssertAsync(GrpcStatus.InvalidArgument, "List", new ListSnapshotsRequest { Filters = { "name=" } });
    }

    [SkippableFact]
    public async Task What_is_wrong_has_its_status()
    {
        await using SnapshotsWire wire = await SnapshotsWire.StartAsync();
        await wire.PrepareAsync("active", "");
        await wire.PrepareAsync("below", "");
        await wire.CommitAsync("base", "below");
        Mount view = Assert.Single((await wire.CallAsync("View", new ViewSnapshotRequest { Key = "view", Parent = "base" })).Only<ViewSnapshotResponse>().Mounts);
        Assert.Equal(("overlay", true), (view.Type, view.Options.Contains("ro")));

        await wire.AssertAsync(GrpcStatus.NotFound, "Mounts", new MountsRequest { Key = "missing" });
        await wire.AssertAsync(GrpcStatus.NotFound, "Usage", new UsageRequest { Key = "missing" });
        await wire.AssertAsync(GrpcStatus.NotFound, "Remove", new RemoveSnapshotRequest { Key = "missing" });
        await wire.AssertAsync(GrpcStatus.NotFound, "Commit", new CommitSnapshotRequest { Key = "missing", Name = "name" });
        await wire.AssertAsync(GrpcStatus.NotFound, "Prepare", new PrepareSnapshotRequest { Key = "key", Parent = "missing" });
        await wire.AssertAsync(GrpcStatus.NotFound, "View", new ViewSnapshotRequest { Key = "key", Parent = "missing" });
        await wire.AssertAsync(GrpcStatus.AlreadyExists, "Prepare", new PrepareSnapshotRequest { Key = "base" });
        await wire.AssertAsync(GrpcStatus.AlreadyExists, "View", new ViewSnapshotRequest { Key = "active" });
        await wire.AssertAsync(GrpcStatus.AlreadyExists, "Commit", new CommitSnapshotRequest { Key = "active", Name = "view" });
        await wire.AssertAsync(GrpcStatus.InvalidArgument, "Prepare", new PrepareSnapshotRequest { Key = "key", Parent = "active" });
        await wire.AssertAsync(GrpcStatus.InvalidArgument, "Prepare", new PrepareSnapshotRequest());
        await wire.AssertAsync(GrpcStatus.FailedPrecondition, "Commit", new CommitSnapshotRequest { Key = "view", Name = "name" });
        await wire.AssertAsync(GrpcStatus.FailedPrecondition, "Commit", new CommitSnapshotRequest { Key = "base", Name = "name" });
        await wire.AssertAsync(GrpcStatus.FailedPrecondition, "Mounts", new MountsRequest { Key = "base" });
        Assert.Contains("cannot remove", await wire.AssertAsync(GrpcStatus.FailedPrecondition, "Remove", new RemoveSnapshotRequest { Key = "base" }), StringComparison.Ordinal);

        await wire.CommitAsync("name", "active");
        Assert.Equal(1, (await wire.CallAsync("Usage", new UsageRequest { Key = "name" })).Only<UsageResponse>().Inodes);
        await wire.CallAsync("Remove", new RemoveSnapshotRequest { Key = "view" });
        (await wire.CallAsync("Remove", new RemoveSnapshotRequest { Key = "base" })).Only<Empty>();
        (await wire.CallAsync("Cleanup", new CleanupRequest())).Only<Empty>();
        Assert.Equal(1, await wire.CountAsync());
    }

    private static (string, string)[] Sorted(params (string Key, string Value)[] labels) => [.. labels.OrderBy(l => l.Key, StringComparer.Ordinal)];

    private static (string, string)[] Sorted(Info info) => Sorted([.. info.Labels.Select(l => (l.Key, l.Value))]);
}
