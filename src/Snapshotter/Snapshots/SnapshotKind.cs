namespace Snapshotter.Snapshots;

/// <summary>What may be done with a snapshot.</summary>
public enum SnapshotKind
{
    /// <summary>Read-only for ever; a parent for others.</summary>
    Committed,

    /// <summary>Read-write, named by a key, until it is committed or removed.</summary>
    Active,

    /// <summary>Read-only, named by a key; for looking at a committed snapshot.</summary>
    View,
}
