using LayerStore.Images;
using LayerStore.Oci;

namespace LayerStore.Transports;

/// <summary>
/// An image somewhere outside of a store, ready to be read. Its content is untrusted: <see cref="IBlobProvider.OpenAsync"/>
/// verifies, and sizes are bounded before anything is read.
/// </summary>
/// <remarks>Making one costs nothing; <see cref="ResolveAsync"/> comes first, then blobs may be read in parallel.</remarks>
public interface IImageSource : IBlobProvider, IAsyncDisposable
{
    /// <summary>What was opened.</summary>
    TransportReference Reference { get; }

    /// <summary>
    /// Finds the image that the reference names: its manifest, or an index. The annotations are those of the layout's entry, with the
    /// image's name there.
    /// </summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.NotFound"/>: no such directory, file or tag;
    /// <see cref="ErrorKind.InvalidArgument"/>: several images match; <see cref="ErrorKind.DataLoss"/>: malformed.</exception>
    Task<Descriptor> ResolveAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// As <see cref="IBlobProvider.OpenAsync"/>, but nothing is verified except that it has the descriptor's size when it is
    /// opened: for a consumer that verifies itself, so that no byte is hashed twice. The stream can seek.
    /// </summary>
    Task<Stream> OpenUnverifiedAsync(Descriptor descriptor, CancellationToken cancellationToken = default);
}
