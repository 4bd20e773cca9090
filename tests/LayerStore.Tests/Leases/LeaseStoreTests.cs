using LayerStore.Content;
using LayerStore.Leases;
using LayerStore.Metadata;

namespace LayerStore.Tests.Leases;

public sealed class LeaseStoreTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly ManualClock _clock = new();
    private readonly SqliteDatabase _database;
    private readonly LeaseStore _leases;

    public LeaseStoreTests()
    {
        _database = MetadataDatabase.Open(StoreLayout.OpenOrCreate(_directory.Path, XattrNamespace.Trusted));
        _leases = new LeaseStore(_database, _clock);
    }

    public void Dispose()
    {
        _database.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_lease_is_found_as_it_was_made()
    {
        Lease made = await _leases.CreateAsync("pull 1", TimeSpan.FromHours(24), new Dictionary<string, string> { ["who"] = "me" });
        Assert.Equal((_clock.Now, _clock.Now.AddHours(24)), (made.CreatedAt, made.ExpiresAt));
        Lease? found = await _leases.FindAsync("pull 1");
        Assert.Equal("me", found!.Labels["who"]);
        Assert.Equal(made, found with { Labels = made.Labels });
        Assert.Null(await _leases.FindAsync("pull 2"));
        Assert.Null((await _leases.CreateAsync("for ever")).ExpiresAt);
        Assert.Null((await _leases.CreateAsync("longer than the calendar", TimeSpan.MaxValue)).ExpiresAt);
    }

    [Fact]
    public async Task A_lease_keeps_resources_in_order()
    {
        await _leases.CreateAsync("a");
        LeaseResource[] resources =
        [
            new(LeaseResourceKind.Blob, Digest.Compute("x"u8).ToString()),
            new(LeaseResourceKind.Ingest, "ref"),
            new(LeaseResourceKind.Layer, Digest.Compute("y"u8).ToString()),
            new(LeaseResourceKind.Snapshot, "key 1"),
            new(LeaseResourceKind.Snapshot, "key 2"),
        ];
        foreach (LeaseResource resource in resources.Reverse().Concat(resources))
        {
            await _leases.AddResourceAsync("a", resource);
        }

        Assert.Equal(resources, await ResourcesAsync("a"));
        await _leases.RemoveResourceAsync("a", resources[0]);
        await _leases.RemoveResourceAsync("a", resources[0]);
        Assert.Equal(resources[1..], await ResourcesAsync("a"));
        await _leases.DeleteAsync("a");
        await _leases.CreateAsync("a");
        Assert.Empty(await ResourcesAsync("a"));
    }

    [Fact]
    public async Task A_missing_lease_is_NotFound()
    {
        await AssertKindAsync(ErrorKind.NotFound, () => _leases.DeleteAsync("a"));
        await AssertKindAsync(ErrorKind.NotFound, () => _leases.AddResourceAsync("a", new LeaseResource(LeaseResourceKind.Blob, "x")));
        await AssertKindAsync(ErrorKind.NotFound, () => _leases.RemoveResourceAsync("a", new LeaseResource(LeaseResourceKind.Blob, "x")));
        await AssertKindAsync(ErrorKind.NotFound, () => ResourcesAsync("a"));
    }

    [Fact]
    public async Task An_id_is_taken_until_its_lease_expires()
    {
        await _leases.CreateAsync("a", TimeSpan.FromSeconds(10));
        await _leases.AddResourceAsync("a", new LeaseResource(LeaseResourceKind.Blob, "x"));
        await AssertKindAsync(ErrorKind.AlreadyExists, () => _leases.CreateAsync("a"));
        _clock.Now += TimeSpan.FromSeconds(10);
        Assert.True((await _leases.FindAsync("a"))!.IsExpired(_clock.Now));
        await _leases.CreateAsync("a");
        Assert.Empty(await ResourcesAsync("a"));
    }

    [Fact]
    public async Task Leases_are_listed_by_id_with_their_labels()
    {
        await _leases.CreateAsync("b", labels: new Dictionary<string, string> { ["x"] = "1", ["y"] = "2" });
        await _leases.CreateAsync("a");
        List<Lease> all = [];
        await foreach (Lease lease in _leases.ListAsync())
        {
            all.Add(lease);
        }

        Assert.Equal([("a", 0), ("b", 2)], all.Select(l => (l.Id, l.Labels.Count)));
    }

    [Fact]
    public async Task A_lifetime_is_above_zero() =>
        await AssertKindAsync(ErrorKind.InvalidArgument, () => _leases.CreateAsync("a", TimeSpan.Zero));

    private static async Task AssertKindAsync(ErrorKind kind, Func<Task> action) =>
        Assert.Equal(kind, (await Assert.ThrowsAsync<LayerStoreException>(action)).Kind);

    private async Task<List<LeaseResource>> ResourcesAsync(string id)
    {
        List<LeaseResource> all = [];
        await foreach (LeaseResource resource in _leases.ListResourcesAsync(id))
        {
            all.Add(resource);
        }

        return all;
    }
}
