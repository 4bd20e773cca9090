using LayerStore;
using LayerStore.Images;
using LayerStore.Oci;

namespace Snapshotter.Layers.Commit;

/// <summary>A new image.</summary>
/// <param name="Image">The image.</param>
/// <param name="Layer">Its new layer's blob; null if nothing had changed, and there is none.</param>
/// <param name="DiffId">The digest of the layer's uncompressed tar; null as well.</param>
/// <param name="UncompressedSize">The tar's length in bytes; 0 without one.</param>
public sealed record CommitResult(Image Image, Descriptor? Layer, Digest? DiffId, long UncompressedSize);
