using LayerStore;

namespace Snapshotter.Layers;

/// <summary>How far a layer is.</summary>
/// <param name="Digest">The blob's digest, as in the manifest.</param>
/// <param name="DiffId">The digest of its uncompressed tar.</param>
/// <param name="Done">Packed bytes read so far.</param>
/// <param name="Total">Packed bytes to read.</param>
/// <param name="State">What is happening to it.</param>
public readonly record struct LayerProgress(Digest Digest, Digest DiffId, long Done, long Total, LayerState State);
