using Daemon.Tests.Support;
using Google.Protobuf.WellKnownTypes;
using LayerStore.Daemon.Grpc;
using LayerStore.Daemon.Protos.Snapshots;

namespace Daemon.Tests.Services;

/// <summary>The snapshots service and a client that means ill: what it sends is refused, and nothing of it makes later calls fail.</summary>
public sealed class HostileSnapshotsTests
{
    private static readonly string s_long = new('x', 4097);

    [SkippableFact]
    public async Task Keys_that_cannot_be_kept_as_they_are_are_refused()
    {
        await using SnapshotsWire wire = await SnapshotsWire.StartAsync();
        await wire.PrepareAsync("../../etc/passwd\t\u202e'; DROP TABLE snapshots; --", "");
        await wire.PrepareAsync(new string('x', 4096), "");

        foreach (string key in (string[])["", "a\0b", "a\nb", s_long, new('x', 8 << 20)])
        {
            Assert.InRange((await wire.AssertAsync(GrpcStatus.InvalidArgument, "Prepare", new PrepareSnapshotRequest { Key = key })).Length, 1, 1000);
            await wire.AssertAsync(GrpcStatus.InvalidArgument, "Stat", new StatSnapshotRequest { Key = key });
            await wire.AssertAsync(GrpcStatus.InvalidArgument, "Commit", new CommitSnapshotRequest { Key = "key", Name = key });
        }

        Assert.Equal(2, await wire.CountAsync());
    }

    /// <summary>Two keys whose bytes are not UTF-8 must not become one: each would see and remove the other's snapshot.</summary>
    [SkippableFact]
    public async Task A_key_that_is_not_UTF_8_is_refused()
    {
        await using SnapshotsWire wire = await SnapshotsWire.StartAsync();

        // Field 2, the key, of two bytes.
        WireReply reply = await wire.CallAsync("Prepare", [0x12, 0x02, (byte)'a', 0xff]);

        Assert.Equal(GrpcStatus.Internal, reply.Status);
        Assert.Equal(0, await wire.CountAsync());
    }

    [SkippableFact]
    public async Task Labels_beyond_the_limits_are_refused_wherever_they_come_and_a_snapshot_stays_as_it_was()
    {
        await using SnapshotsWire wire = await SnapshotsWire.StartAsync();
        await wire.PrepareAsync("key", "", ("a", "1"));

        foreach ((string key, string value) in ((string, string)[])[("", "v"), ("k", s_long), (s_long, "v"), ("k", "a\0b")])
        {
            await RefuseAsync([new(key, value)]);
        }

        // Each is small, and together they are too much: a snapshot with them could not be listed.
        await RefuseAsync(Enumerable.Range(0, 300).Select(i => KeyValuePair.Create($"k{i}", new string('v', 4000))));
        Assert.Equal("1", Assert.Single((await wire.StatAsync("key")).Labels).Value);
        Assert.Equal(1, await wire.CountAsync());

        async Task RefuseAsync(IEnumerable<KeyValuePair<string, string>> labels)
        {
            Dictionary<string, string> all = new(labels);
            Info info = new() { Name = "key", Labels = { all } };
            await wire.AssertAsync(GrpcStatus.InvalidArgument, "Prepare", new PrepareSnapshotRequest { Key = "new", Labels = { all } });
            await wire.AssertAsync(GrpcStatus.InvalidArgument, "View", new ViewSnapshotRequest { Key = "new", Labels = { all } });
            await wire.AssertAsync(GrpcStatus.InvalidArgument, "Commit", new CommitSnapshotRequest { Key = "key", Name = "name", Labels = { all } });
            await wire.AssertAsync(GrpcStatus.InvalidArgument, "Update", new UpdateSnapshotRequest { Info = info });
            await wire.AssertAsync(GrpcStatus.InvalidArgument, "Update", new UpdateSnapshotRequest { Info = info, UpdateMask = new FieldMask { Paths = { all.Keys.Select(key => "labels." + key) } } });
        }
    }

    [SkippableFact]
    public async Task Labels_that_grow_with_each_update_end_at_the_limit_and_many_of_them_can_be_listed()
    {
        await using SnapshotsWire wire = await SnapshotsWire.StartAsync();
        for (int i = 0; i < 20; i++)
        {
            await wire.PrepareAsync($"key-{i:d2}", "", Some(0, 200));
        }

        await wire.PrepareAsync("key", "", Some(0, 200));
        await wire.UpdateAsync([.. Some(200, 50).Select(label => "labels." + label.Key)], Some(200, 50));
        UpdateSnapshotRequest more = new() { Info = new Info { Name = "key", Labels = { Some(250, 50).ToDictionary(l => l.Key, l => l.Value) } } };
        more.UpdateMask = new FieldMask { Paths = { more.Info.Labels.Keys.Select(key => "labels." + key) } };
        await wire.AssertAsync(GrpcStatus.InvalidArgument, "Update", more);

        IReadOnlyList<ListSnapshotsResponse> batches = await wire.ListAsync();
        Assert.Equal(21, batches.Sum(batch => batch.Info.Count));
        Assert.Equal(250, batches.SelectMany(batch => batch.Info).Single(info => info.Name == "key").Labels.Count);
        Assert.All(batches, batch => Assert.InRange(batch.CalculateSize(), 1, 4 << 20));

        static (string Key, string Value)[] Some(int first, int count) => [.. Enumerable.Range(first, count).Select(i => ($"k{i}", new string('v', 4000)))];
    }

    [SkippableFact]
    public async Task Filters_that_would_take_for_ever_are_refused()
    {
        await using SnapshotsWire wire = await SnapshotsWire.StartAsync();
        await wire.PrepareAsync(new string('a', 4000) + "b", "");

        // Exponential for a matcher that goes back; here as fast as any.
        Assert.Equal(0, await wire.CountAsync("name~=^(a+)+$"));
        Assert.Equal(0, await wire.CountAsync("name~=^(([a-z])+.)+[A-Z]([a-z])+$"));
        foreach (string filter in (string[])
        [
            "name~=/(((((a{1,100}){1,100}){1,100}){1,100}){1,100}){1,100}/", "name~=(" + new string('(', 4000), "name~=/(?<a>x)\\k<a>/", "name~=(?=x)x",
            "name~=" + new string('a', 5000), "name==" + new string('a', 2 << 20), string.Join(',', Enumerable.Repeat("name==a", 300_000)), "name==\"\\U7fffffff\"",
        ])
        {
            Assert.InRange((await wire.AssertAsync(GrpcStatus.InvalidArgument, "List", new ListSnapshotsRequest { Filters = { filter } })).Length, 1, 2000);
        }

        await wire.AssertAsync(GrpcStatus.InvalidArgument, "List", new ListSnapshotsRequest { Filters = { Enumerable.Repeat("name==a", 200_000) } });
        Assert.Equal(1, await wire.CountAsync());
    }
}
