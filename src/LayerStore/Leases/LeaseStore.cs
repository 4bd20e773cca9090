using System.Runtime.CompilerServices;
using LayerStore.Content;
using LayerStore.Metadata;

namespace LayerStore.Leases;

/// <summary>Leases in a store's <see cref="MetadataDatabase"/>.</summary>
public sealed partial class LeaseStore : ILeaseStore
{
    private readonly StoreLayout _layout;
    private readonly SqliteDatabase _database;
    private readonly TimeProvider _time;

    /// <summary>Makes a lease store.</summary>
    /// <param name="layout">Where it lives.</param>
    /// <param name="metadata">Its database, from <see cref="MetadataDatabase.Open"/>. It stays the caller's to dispose.</param>
    /// <param name="time">The clock that leases expire by; null for the system's.</param>
    public LeaseStore(StoreLayout layout, SqliteDatabase metadata, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(metadata);
        _layout = layout;
        _database = metadata;
        _time = time ?? TimeProvider.System;
    }

    /// <inheritdoc/>
    public Task<Lease> CreateAsync(
        string id,
        TimeSpan? lifetime = null,
        IReadOnlyDictionary<string, string>? labels = null,
        CancellationToken cancellationToken = default)
    {
        RequireId(id);
        Labels.Validate((labels ??= Labels.None)!);
        if (lifetime <= TimeSpan.Zero)
        {
            throw new LayerStoreException(ErrorKind.InvalidArgument, $"a lease cannot last {lifetime}", "Give a time above zero.");
        }

        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(_database.Write(session =>
        {
            DateTimeOffset now = _time.GetUtcNow();
            if (LeaseTable.Find(session, id)?.IsExpired(now) == true)
            {
                LeaseTable.Delete(session, id);
            }
            else if (LeaseTable.Find(session, id) is not null)
            {
                throw new LayerStoreException(ErrorKind.AlreadyExists, $"there is a lease \"{Printable.Text(id)}\" already", "Delete it, or choose another id.");
            }

            LeaseTable.Insert(session, new Lease(id, now, End(now, lifetime)) { Labels = labels });
            return LeaseTable.Find(session, id)!;
        }));
    }

    /// <inheritdoc/>
    public Task<Lease?> FindAsync(string id, CancellationToken cancellationToken = default)
    {
        RequireId(id);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(_database.Read(session => LeaseTable.Find(session, id)));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<Lease> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        foreach (Lease lease in _database.Read(LeaseTable.All))
        {
            yield return lease;
        }
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string id, CancellationToken cancellationToken = default)
    {
        RequireId(id);
        cancellationToken.ThrowIfCancellationRequested();
        return _database.Write(session => LeaseTable.Delete(session, id)) ? Task.CompletedTask : throw Absent(id);
    }

    /// <inheritdoc/>
    public async Task AddResourcesAsync(string id, IReadOnlyCollection<LeaseResource> resources, CancellationToken cancellationToken = default)
    {
        RequireId(id);
        RequireNames(resources);
        using StoreLock adding = await CollectionLock.ShareAsync(_layout, cancellationToken).ConfigureAwait(false);
        _database.Write(session =>
        {
            RequireLease(session, id);
            AddAll(session, id, resources);
        });
    }

    /// <inheritdoc/>
    public Task RemoveResourceAsync(string id, LeaseResource resource, CancellationToken cancellationToken = default)
    {
        RequireId(id);
        RequireNames([resource]);
        cancellationToken.ThrowIfCancellationRequested();
        _database.Write(session =>
        {
            RequireLease(session, id);
            LeaseTable.Remove(session, id, resource);
        });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<LeaseResource> ListResourcesAsync(
        string id, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        RequireId(id);
        await Task.CompletedTask.ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        foreach (LeaseResource resource in _database.Read(
            session => LeaseTable.Find(session, id) is null ? throw Absent(id) : LeaseTable.Resources(session, id)))
        {
            yield return resource;
        }
    }

    private static void RequireLease(SqliteSession session, string id)
    {
        if (LeaseTable.Find(session, id) is null)
        {
            throw Absent(id);
        }
    }

    private static void RequireNames(IReadOnlyCollection<LeaseResource> resources)
    {
        ArgumentNullException.ThrowIfNull(resources);
        foreach (LeaseResource resource in resources)
        {
            StoreText.RequireName(resource.Id, "something that a lease keeps");
        }
    }

    private static void AddAll(SqliteSession session, string id, IReadOnlyCollection<LeaseResource> resources)
    {
        foreach (LeaseResource resource in resources)
        {
            LeaseTable.Add(session, id, resource);
        }
    }

    // A lifetime beyond the calendar is none.
    private static DateTimeOffset? End(DateTimeOffset now, TimeSpan? lifetime) =>
        lifetime is { } time && time < DateTimeOffset.MaxValue - now ? now + time : null;

    private static void RequireId(string id) => StoreText.RequireName(id, "the id of a lease");

    private static LayerStoreException Absent(string id) => new(ErrorKind.NotFound, $"there is no lease \"{Printable.Text(id)}\"");
}
