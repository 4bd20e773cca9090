using LayerStore.Content;
using LayerStore.Oci;

namespace LayerStore.Images;

/// <summary>Reads blobs from a content store.</summary>
/// <param name="content">The store; it stays the caller's.</param>
public sealed class ContentBlobProvider(IContentStore content) : IBlobProvider
{
    /// <inheritdoc/>
    public async Task<Stream> OpenAsync(Descriptor descriptor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        try
        {
            // The store's reader takes the digest; the size in the descriptor is this one's to check.
            return new SizedStream(await content.OpenAsync(descriptor.Digest, cancellationToken).ConfigureAwait(false), descriptor, checkDigest: false);
        }
        catch (LayerStoreException exception) when (exception.Kind == ErrorKind.NotFound)
        {
            throw new LayerStoreException(
                ErrorKind.DataLoss, $"blob {descriptor.Digest} is missing from the store", "Pull the image again.", exception);
        }
    }
}
