using LayerStore;

namespace Snapshotter.Layers;

/// <summary>One path that a snapshot changed.</summary>
/// <param name="Kind">What happened to it.</param>
/// <param name="Path">The path relative to the root, without a slash at either end; empty is the root.</param>
public readonly record struct PathChange(ChangeKind Kind, ByteString Path);
