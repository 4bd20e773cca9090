namespace Snapshotter.Layers.Mounts;

/// <summary>Where an image is mounted now.</summary>
/// <param name="Key">The key of its snapshot.</param>
/// <param name="Target">The mount point, an absolute path without links.</param>
/// <param name="AlreadyMounted">Whether nothing was done, because it was mounted there before.</param>
public sealed record MountResult(string Key, string Target, bool AlreadyMounted);
