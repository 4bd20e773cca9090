using LayerStore.Oci;

namespace LayerStore.Images;

/// <summary>A name in this store for an image or artifact.</summary>
/// <param name="Name">The full name, such as <c>docker.io/library/busybox:latest</c>, or a plain word.</param>
/// <param name="Target">What the name resolved to, byte for byte: often an index.</param>
/// <param name="Manifest">The manifest chosen for the platform; equal to <paramref name="Target"/> where that is a manifest.</param>
/// <param name="CreatedAt">When the name was first given, UTC.</param>
/// <param name="UpdatedAt">When it last moved, UTC.</param>
public sealed record Image(string Name, Descriptor Target, Descriptor Manifest, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    /// <summary>Labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = Content.Labels.None;
}
