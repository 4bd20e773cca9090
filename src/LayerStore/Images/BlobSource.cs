using LayerStore.Oci;

namespace LayerStore.Images;

/// <summary>Where a blob of an image comes from.</summary>
/// <param name="Descriptor">The blob.</param>
/// <param name="OpenAsync">Opens its bytes, unverified; the stream can seek.</param>
/// <param name="IsDocument">Whether it names other blobs.</param>
internal sealed record BlobSource(Descriptor Descriptor, Func<CancellationToken, Task<Stream>> OpenAsync, bool IsDocument);
