using LayerStore;

namespace Snapshotter.Layers.Check;

/// <summary>A tree that was made again from its blob, for as long as somebody takes from it.</summary>
/// <param name="Directory">Its directory, on the store's file system.</param>
/// <param name="ManifestPath">Its manifest's file.</param>
/// <param name="Manifest">The manifest's digest; null for an image, which has none.</param>
/// <param name="Image">The image's digest; null for a directory.</param>
internal sealed record TreeCopy(string Directory, string ManifestPath, Digest? Manifest, Digest? Image = null);
