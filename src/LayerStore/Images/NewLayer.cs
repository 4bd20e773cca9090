using LayerStore.Compression;
using LayerStore.Oci;

namespace LayerStore.Images;

/// <summary>A layer to put on top of an image.</summary>
/// <param name="Digest">The digest of the blob, packed as it is stored.</param>
/// <param name="Size">The blob's length in bytes.</param>
/// <param name="DiffId">The digest of the unpacked tar.</param>
/// <param name="Compression">How the blob is packed: none, gzip or zstd.</param>
/// <param name="History">How it came to be; its time becomes the image's.</param>
public sealed record NewLayer(Digest Digest, long Size, Digest DiffId, CompressionKind Compression, HistoryEntry History);
