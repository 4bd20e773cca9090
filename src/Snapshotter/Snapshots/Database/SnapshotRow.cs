using Snapshotter.Linux;

namespace Snapshotter.Snapshots.Database;

/// <summary>A snapshot's record.</summary>
/// <param name="Id">Its number, never used again.</param>
/// <param name="Key">Its key or name.</param>
/// <param name="Kind">What may be done with it.</param>
/// <param name="Parent">The parent's number, or null.</param>
/// <param name="ParentKey">The parent's name, or null.</param>
/// <param name="Tree">The number of its own tree.</param>
/// <param name="CreatedAt">When it was prepared or committed.</param>
/// <param name="UpdatedAt">When its labels last changed.</param>
internal sealed record SnapshotRow(
    long Id, string Key, SnapshotKind Kind, long? Parent, string? ParentKey, long Tree, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    /// <summary>How its mounts show the owners of files; null for as they are.</summary>
    public IdMapping? Mapping { get; init; }
}
