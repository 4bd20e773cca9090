namespace Snapshotter.Snapshots;

/// <summary>What a snapshot's own layer takes on the disk, without its parents.</summary>
/// <param name="Bytes">Allocated bytes (st_blocks × 512), each inode once.</param>
/// <param name="Inodes">How many inodes.</param>
public readonly record struct SnapshotUsage(long Bytes, long Inodes);
