using LayerStore.Leases;
using LayerStore.Oci;

namespace LayerStore.Images;

/// <summary>Names for images. What an image names is kept by the collector; a name moves when it is put again.</summary>
/// <remarks>Any number of processes may use one store at once; each call is one durable transaction.</remarks>
public interface IImageStore
{
    /// <summary>The image of this exact name, or null.</summary>
    Task<Image?> FindAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>All images, ordered by name.</summary>
    IAsyncEnumerable<Image> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>Gives the name to this target, taking it from another if need be. Idempotent.</summary>
    /// <param name="name">The name.</param>
    /// <param name="target">What it resolved to.</param>
    /// <param name="manifest">The manifest that was chosen from that.</param>
    /// <param name="lease">What kept all of it until now; it ends in the same transaction. Null if something else keeps it.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.Aborted"/>: the lease has expired, and what it kept may be gone.</exception>
    Task<Image> PutAsync(
        string name, Descriptor target, Descriptor manifest, WorkLease? lease = null, CancellationToken cancellationToken = default);

    /// <summary>Removes a name; nothing that it named is deleted here.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.NotFound"/>: no such name.</exception>
    Task DeleteAsync(string name, CancellationToken cancellationToken = default);
}
