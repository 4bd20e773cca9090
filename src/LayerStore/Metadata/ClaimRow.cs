namespace LayerStore.Metadata;

/// <summary>What an owner's claim on a blob says.</summary>
/// <param name="Id">Its number.</param>
/// <param name="CreatedAt">When the owner wrote or claimed the blob.</param>
/// <param name="UpdatedAt">When the owner last changed its labels.</param>
/// <param name="Labels">The owner's labels.</param>
internal sealed record ClaimRow(long Id, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, IReadOnlyDictionary<string, string> Labels);
