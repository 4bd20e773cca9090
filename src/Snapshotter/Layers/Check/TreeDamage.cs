using LayerStore;

namespace Snapshotter.Layers.Check;

/// <summary>One name in a layer's tree that is not as it was written.</summary>
/// <param name="Path">The path in the layer; empty for its root. For a file with several names, the first of them that is there.</param>
/// <param name="Faults">What is wrong.</param>
internal sealed record TreeDamage(ByteString Path, TreeFaults Faults);
