namespace Snapshotter.Linux;

/// <summary>A run of bytes on the file system's device.</summary>
/// <param name="Start">Where it begins, in bytes.</param>
/// <param name="End">The first byte after it.</param>
internal readonly record struct ExtentRange(ulong Start, ulong End);
