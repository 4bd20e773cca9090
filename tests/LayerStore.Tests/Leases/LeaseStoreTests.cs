using LayerStore.Content;
using LayerStore.Images;
using LayerStore.Leases;
using LayerStore.Metadata;
using LayerStore.Oci;

namespace LayerStore.Tests.Leases;

public sealed class LeaseStoreTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly ManualClock _clock = new();
    private readonly StoreLayout _layout;
    private readonly SqliteDatabase _database;
    private readonly LeaseStore _leases;

    public LeaseStoreTests()
    {
        _layout = StoreLayout.OpenOrCreate(_directory.Path, XattrNamespace.Trusted);
        _database = MetadataDatabase.Open(_layout);
        _leases = new LeaseStore(_layout, _database, _clock);
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
            await _leases.AddResourcesAsync("a", [resource]);
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
        await AssertKindAsync(ErrorKind.NotFound, () => _leases.AddResourcesAsync("a", [new LeaseResource(LeaseResourceKind.Blob, "x")]));
        await AssertKindAsync(ErrorKind.NotFound, () => _leases.RemoveResourceAsync("a", new LeaseResource(LeaseResourceKind.Blob, "x")));
        await AssertKindAsync(ErrorKind.NotFound, () => ResourcesAsync("a"));
    }

    [Fact]
    public async Task An_id_is_taken_until_its_lease_expires()
    {
        await _leases.CreateAsync("a", TimeSpan.FromSeconds(10));
        await _leases.AddResourcesAsync("a", [new LeaseResource(LeaseResourceKind.Blob, "x")]);
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
    public async Task Work_keeps_what_it_names_until_it_ends()
    {
        LeaseResource blob = LeaseResource.Blob(Digest.Compute("x"u8));
        WorkLease work = await _leases.BeginWorkAsync("pull");
        Assert.Empty(_leases.ReadRoots().Leases);
        await work.KeepAsync([blob]);
        await work.KeepAsync([blob, LeaseResource.Chain(Digest.Compute("y"u8))]);

        HeldLease held = Assert.Single(_leases.ReadRoots().Leases);
        Assert.Equal((work.Id, 2, _clock.Now.AddHours(1)), (held.Lease.Id, held.Resources.Count, held.Lease.ExpiresAt));
        Assert.StartsWith("pull-", work.Id);
        Assert.Equal(0, _leases.DropLapsed());

        await work.DisposeAsync();
        await work.DisposeAsync();
        Assert.Null(await _leases.FindAsync(held.Lease.Id));
        Assert.DoesNotContain(Directory.EnumerateFiles(_layout.Locks), path => Path.GetFileName(path).StartsWith("lease-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_lease_of_a_dead_process_keeps_nothing()
    {
        await _leases.CreateAsync("dead", labels: new Dictionary<string, string> { [LeaseStore.HolderLabel] = "lease-" + Guid.NewGuid().ToString("n") });
        await _leases.CreateAsync("a user's", labels: new Dictionary<string, string> { [LeaseStore.HolderLabel] = "../somewhere else" });

        Assert.Equal(["a user's"], _leases.ReadRoots().Leases.Select(held => held.Lease.Id));
        Assert.Equal(1, _leases.DropLapsed());
        Assert.Null(await _leases.FindAsync("dead"));
    }

    [Fact]
    public async Task Work_that_was_stopped_for_longer_than_its_lease_cannot_name_what_it_stored()
    {
        ImageStore images = new(_database, _clock);
        Descriptor manifest = new(MediaTypes.OciManifest, Digest.Compute("x"u8), 1);
        await using WorkLease work = await _leases.BeginWorkAsync("pull");
        await work.KeepAsync([LeaseResource.Blob(manifest.Digest)]);
        _clock.Now += TimeSpan.FromHours(1);
        Assert.Equal(1, _leases.DropLapsed());

        await AssertKindAsync(ErrorKind.Aborted, () => work.KeepAsync([LeaseResource.Blob(manifest.Digest)]));
        await AssertKindAsync(ErrorKind.Aborted, () => images.PutAsync("a", manifest, manifest, work));
        Assert.Null(await images.FindAsync("a"));
    }

    [Fact]
    public async Task An_image_that_is_put_ends_the_lease_in_the_same_step()
    {
        ImageStore images = new(_database, _clock);
        Descriptor manifest = new(MediaTypes.OciManifest, Digest.Compute("x"u8), 1);
        await using WorkLease work = await _leases.BeginWorkAsync("pull");
        await work.KeepAsync([LeaseResource.Blob(manifest.Digest)]);

        await images.PutAsync("a", manifest, manifest, work);

        CollectionRoots roots = _leases.ReadRoots();
        Assert.Equal((1, 0), (roots.Images.Count, roots.Leases.Count));
    }

    [Fact]
    public async Task Whoever_adds_to_a_lease_waits_for_a_collection_to_end()
    {
        await _leases.CreateAsync("a");
        Task adding;
        using (await CollectionLock.TakeAsync(_layout))
        {
            adding = _leases.AddResourcesAsync("a", [LeaseResource.Blob(Digest.Compute("x"u8))]);
            Assert.False(adding.IsCompleted);
            Assert.Empty(await ResourcesAsync("a"));
        }

        await adding;
        Assert.Single(await ResourcesAsync("a"));
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
