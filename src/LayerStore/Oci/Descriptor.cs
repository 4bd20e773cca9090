using LayerStore.Content;

namespace LayerStore.Oci;

/// <summary>
/// Names a blob with its type and size (OCI image-spec, descriptor.md). A value: the raw JSON that it was read from
/// stays with the document that held it, so fields unknown here are never lost on copy.
/// </summary>
/// <param name="MediaType">The type of the blob's content; a claim, never trusted to choose a decompressor.</param>
/// <param name="Digest">The digest of the blob's bytes.</param>
/// <param name="Size">The length of the blob in bytes, at least 0; checked before hashing.</param>
public sealed record Descriptor(string MediaType, Digest Digest, long Size)
{
    /// <summary>The platform of an image in an index, or null.</summary>
    public Platform? Platform { get; init; }

    /// <summary>Annotations; empty when absent. Keys are ordered bytewise.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = Labels.None;

    /// <summary>The type of an artifact, or null.</summary>
    public string? ArtifactType { get; init; }

    /// <summary>The blob itself where the descriptor embeds it, already verified; else null. No part of a descriptor's equality.</summary>
    internal byte[]? Data { get; init; }

    /// <summary>Equality of all fields; annotations by content.</summary>
    public bool Equals(Descriptor? other) =>
        other is not null
        && MediaType == other.MediaType
        && Digest == other.Digest
        && Size == other.Size
        && Platform == other.Platform
        && ArtifactType == other.ArtifactType
        && Annotations.Count == other.Annotations.Count
        && Annotations.All(pair => other.Annotations.TryGetValue(pair.Key, out string? value) && value == pair.Value);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(MediaType, Digest, Size);

    /// <summary>For people: type, digest and size.</summary>
    public override string ToString() => $"{Printable.Text(MediaType)} {Digest} ({Size} bytes)";
}
