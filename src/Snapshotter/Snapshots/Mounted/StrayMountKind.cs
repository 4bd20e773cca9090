namespace Snapshotter.Snapshots.Mounted;

/// <summary>How the records and the kernel disagree.</summary>
internal enum StrayMountKind
{
    /// <summary>It is recorded, and not mounted.</summary>
    Gone,

    /// <summary>It is recorded, and something else is mounted there.</summary>
    Replaced,

    /// <summary>It is mounted, and shows what the store does not have any more.</summary>
    Outlived,
}
