namespace Snapshotter.Snapshots;

/// <summary>What is recorded of a snapshot.</summary>
/// <param name="Name">The key of an active snapshot or view, the name of a committed one.</param>
/// <param name="Kind">Which of the three it is.</param>
/// <param name="Parent">The name of the committed snapshot it is based on; null for none.</param>
/// <param name="CreatedAt">When it was prepared, or committed, UTC.</param>
/// <param name="UpdatedAt">When its labels last changed, UTC.</param>
/// <param name="Labels">Its labels.</param>
public sealed record SnapshotInfo(
    string Name,
    SnapshotKind Kind,
    string? Parent,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    IReadOnlyDictionary<string, string> Labels);
