namespace LayerStore.Images;

/// <summary>What an image was built on, for its annotations.</summary>
/// <param name="Manifest">The digest of the manifest.</param>
/// <param name="Name">The image's full name, or null.</param>
public sealed record BaseImage(Digest Manifest, string? Name);
