namespace Snapshotter.Layers.Mounts;

/// <summary>What unmounting did.</summary>
/// <param name="Key">The key of the snapshot.</param>
/// <param name="Target">The mount point that was freed; null if the snapshot was not mounted.</param>
/// <param name="Removed">Whether the snapshot is gone as well.</param>
public sealed record UnmountResult(string Key, string? Target, bool Removed);
