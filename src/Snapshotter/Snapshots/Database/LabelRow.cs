namespace Snapshotter.Snapshots.Database;

/// <summary>A label.</summary>
/// <param name="Snapshot">The number of its snapshot.</param>
/// <param name="Key">Its name.</param>
/// <param name="Value">Its value.</param>
internal sealed record LabelRow(long Snapshot, string Key, string Value);
