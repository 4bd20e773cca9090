using LayerStore.Oci;

namespace LayerStore.Images;

/// <summary>Where blobs can be read from: a store, a layout, an archive.</summary>
public interface IBlobProvider
{
    /// <summary>How large the documents may be that are read from here.</summary>
    DocumentLimits Documents => DocumentLimits.Default;

    /// <summary>Opens a forward-only stream of a blob, which the caller disposes.</summary>
    /// <remarks>
    /// The stream verifies: the read that would return the last byte throws <see cref="DigestMismatchException"/> or
    /// <see cref="SizeMismatchException"/> instead if anything is wrong. Not more than the descriptor's size is read.
    /// </remarks>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: the blob is missing, or is not a regular file.</exception>
    Task<Stream> OpenAsync(Descriptor descriptor, CancellationToken cancellationToken = default);
}
