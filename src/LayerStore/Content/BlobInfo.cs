namespace LayerStore.Content;

/// <summary>What the store knows of a blob without reading it.</summary>
/// <param name="Digest">Its name.</param>
/// <param name="Size">Its length in bytes.</param>
/// <param name="CreatedAt">When it was published here, UTC.</param>
/// <param name="UpdatedAt">When its labels last changed, UTC.</param>
/// <param name="Labels">Its labels.</param>
public sealed record BlobInfo(
    Digest Digest,
    long Size,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    IReadOnlyDictionary<string, string> Labels);
