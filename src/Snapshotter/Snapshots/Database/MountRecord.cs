namespace Snapshotter.Snapshots.Database;

/// <summary>That a snapshot was mounted somewhere by this store's own commands; whether it still is, the kernel knows.</summary>
/// <param name="Target">The absolute path it was mounted on.</param>
/// <param name="Key">The snapshot's key.</param>
/// <param name="IsReadOnly">Whether it was mounted read-only.</param>
/// <param name="RemoveAtUnmount">Whether the snapshot is to go when it is unmounted.</param>
/// <param name="Options">The options it was mounted with.</param>
public sealed record MountRecord(string Target, string Key, bool IsReadOnly, bool RemoveAtUnmount, IReadOnlyList<string> Options);
