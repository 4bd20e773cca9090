using LayerStore.Content;
using LayerStore.Oci;

namespace LayerStore.Images;

/// <summary>Reads blobs from a content store.</summary>
/// <param name="content">The store; it stays the caller's.</param>
public sealed class ContentBlobProvider(IContentStore content) : IBlobProvider
{
    /// <inheritdoc/>
    public DocumentLimits Documents => DocumentLimits.Stored;

    /// <inheritdoc/>
    public async Task<Stream> OpenAsync(Descriptor descriptor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        BlobInfo info = await content.StatAsync(descriptor.Digest, cancellationToken).ConfigureAwait(false)
            ?? throw new LayerStoreException(ErrorKind.DataLoss, $"blob {descriptor.Digest} is missing from the store", "Pull the image again.");
        return info.Size == descriptor.Size
            ? await content.OpenAsync(descriptor.Digest, cancellationToken).ConfigureAwait(false)
            : throw new SizeMismatchException($"blob {descriptor.Digest}", descriptor.Size, info.Size);
    }
}
