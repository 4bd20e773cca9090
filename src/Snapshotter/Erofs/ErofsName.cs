using LayerStore;

namespace Snapshotter.Erofs;

/// <summary>A name in a directory.</summary>
/// <param name="Name">The name; of two, <c>.</c> and <c>..</c>, all directories have one.</param>
/// <param name="Inode">The file.</param>
internal readonly record struct ErofsName(ByteString Name, ErofsInode Inode);
