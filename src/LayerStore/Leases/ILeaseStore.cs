namespace LayerStore.Leases;

/// <summary>Leases: what keeps blobs, layers and snapshots from the collector until an image or a key names them.</summary>
/// <remarks>
/// <para>Work that stores things first makes a lease, adds each thing to it <i>before</i> storing it or finding it there, and deletes the
/// lease when something lasting refers to them. <see cref="LeaseStore.BeginWorkAsync"/> does that for a process at work; a lease
/// made here stands until it expires.</para>
/// <para>Any number of processes may use one store at once; each call is one durable transaction.</para>
/// </remarks>
public interface ILeaseStore
{
    /// <summary>Makes a lease. One of the same id that has expired is replaced.</summary>
    /// <param name="id">Its name: any text without NUL or newline, at least one character.</param>
    /// <param name="lifetime">How long it keeps things; null: until it is deleted.</param>
    /// <param name="labels">Its labels.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.AlreadyExists"/>: the id is taken.</exception>
    Task<Lease> CreateAsync(
        string id,
        TimeSpan? lifetime = null,
        IReadOnlyDictionary<string, string>? labels = null,
        CancellationToken cancellationToken = default);

    /// <summary>The lease of this id, expired or not, or null.</summary>
    Task<Lease?> FindAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>All leases, ordered by id; expired ones stay listed until the next collection.</summary>
    IAsyncEnumerable<Lease> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>Removes a lease; what it kept is deleted, if nothing else keeps it, by the next collection.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.NotFound"/>: no such lease.</exception>
    Task DeleteAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Lets a lease keep more things, all of them or none. Idempotent. A collection that is under way ends first: what is here
    /// afterwards stays.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.NotFound"/>: no such lease.</exception>
    Task AddResourcesAsync(string id, IReadOnlyCollection<LeaseResource> resources, CancellationToken cancellationToken = default);

    /// <summary>Lets a lease keep a thing no longer. Idempotent.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.NotFound"/>: no such lease.</exception>
    Task RemoveResourceAsync(string id, LeaseResource resource, CancellationToken cancellationToken = default);

    /// <summary>What a lease keeps, ordered by kind and id.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.NotFound"/>: no such lease.</exception>
    IAsyncEnumerable<LeaseResource> ListResourcesAsync(string id, CancellationToken cancellationToken = default);
}
