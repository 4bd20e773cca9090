using LayerStore.Oci;

namespace LayerStore.Images;

/// <summary>The manifest that a target leads to on a platform, and the way there.</summary>
/// <param name="Target">What was resolved.</param>
/// <param name="Indexes">The indexes from the target down to the one that names the manifest; none if the target is the manifest.</param>
/// <param name="Manifest">The manifest.</param>
public sealed record ResolvedManifest(Descriptor Target, IReadOnlyList<ImageIndex> Indexes, ImageManifest Manifest);
