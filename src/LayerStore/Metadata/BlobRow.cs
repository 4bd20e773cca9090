namespace LayerStore.Metadata;

/// <summary>What the database says of a blob.</summary>
/// <param name="Size">Its length in bytes.</param>
/// <param name="VerifiedAt">The file's mtime when its bytes were last known to be the blob's; null: never.</param>
/// <param name="CreatedAt">When it was published.</param>
/// <param name="UpdatedAt">When its labels last changed.</param>
/// <param name="Labels">Its labels.</param>
internal sealed record BlobRow(
    long Size, DateTimeOffset? VerifiedAt, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, IReadOnlyDictionary<string, string> Labels);
