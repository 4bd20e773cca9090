namespace Snapshotter.Snapshots.Database;

/// <summary>A tree as a member of a stack.</summary>
/// <param name="Id">Its number.</param>
/// <param name="HasRootEntry">Whether its root directory's metadata are the image's.</param>
/// <param name="HasOpaqueRoot">Whether it hides all that is below it.</param>
/// <param name="IsImage">Whether it is shown by mounting an image; else it is a directory.</param>
internal sealed record TreeRow(long Id, bool HasRootEntry, bool HasOpaqueRoot, bool IsImage = false);
