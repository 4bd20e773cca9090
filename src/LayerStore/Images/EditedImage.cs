using LayerStore.Oci;

namespace LayerStore.Images;

/// <summary>The documents of a new image, to be stored: the config first, then the manifest, which names it.</summary>
/// <param name="Manifest">The manifest.</param>
/// <param name="Config">The config.</param>
public sealed record EditedImage(ImageManifest Manifest, ImageConfig Config);
