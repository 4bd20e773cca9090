namespace Snapshotter.Snapshots.Database;

/// <summary>All that <c>snapshots.db</c> keeps, at one moment.</summary>
/// <param name="Snapshots">The snapshots of all owners.</param>
/// <param name="Layers">The published layers.</param>
internal sealed record SnapshotRecords(IReadOnlyList<SnapshotRecord> Snapshots, IReadOnlyList<LayerRow> Layers);
