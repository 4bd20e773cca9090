namespace Snapshotter.Snapshots.Database;

/// <summary>A snapshot of any owner, as whoever collects sees it.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Owner">Whose it is.</param>
/// <param name="Key">Its key or name, which other owners may have too.</param>
/// <param name="Kind">What may be done with it.</param>
/// <param name="Parent">The parent's number, or null.</param>
/// <param name="Tree">The number of its tree, a layer's or its own.</param>
/// <param name="TreeBytes">What its tree takes on the disk; null if that has no manifest: it may change, or was committed as it was.</param>
/// <param name="Labels">Its labels.</param>
internal sealed record SnapshotRecord(
    long Id, string Owner, string Key, SnapshotKind Kind, long? Parent, long Tree, long? TreeBytes, IReadOnlyDictionary<string, string> Labels);
