namespace LayerStore.Content;

/// <summary>A blob that is being written, or that was left to be resumed.</summary>
/// <param name="Reference">The name its writer gave it.</param>
/// <param name="Offset">How many bytes are there.</param>
/// <param name="Expected">The digest it is to have, if its writer said so.</param>
/// <param name="Total">The length in bytes that it is to have, if its writer said so.</param>
/// <param name="StartedAt">When it was begun, UTC.</param>
/// <param name="UpdatedAt">When it was last written to, UTC.</param>
/// <param name="IsActive">Whether a living writer holds it now.</param>
public sealed record IngestStatus(
    string Reference,
    long Offset,
    Digest? Expected,
    long? Total,
    DateTimeOffset StartedAt,
    DateTimeOffset UpdatedAt,
    bool IsActive);
