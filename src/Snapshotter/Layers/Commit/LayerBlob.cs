using LayerStore;
using LayerStore.Oci;

namespace Snapshotter.Layers.Commit;

/// <summary>A layer that was written to the content store.</summary>
/// <param name="Descriptor">The blob.</param>
/// <param name="DiffId">The digest of its uncompressed tar.</param>
/// <param name="UncompressedSize">The tar's length in bytes.</param>
internal sealed record LayerBlob(Descriptor Descriptor, Digest DiffId, long UncompressedSize);
