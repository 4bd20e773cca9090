using LayerStore;
using LayerStore.Oci;

namespace Snapshotter.Layers.Commit;

/// <summary>What a snapshot's changes became.</summary>
/// <param name="Descriptor">The layer's blob.</param>
/// <param name="DiffId">The digest of its uncompressed tar.</param>
/// <param name="ChainId">The name of the committed snapshot that has the layer on top.</param>
/// <param name="UncompressedSize">The tar's length in bytes.</param>
/// <param name="IsContinued">Whether the snapshot now stands on the new layer with nothing changed; else it is as it was.</param>
public sealed record CommittedLayer(Descriptor Descriptor, Digest DiffId, Digest ChainId, long UncompressedSize, bool IsContinued);
