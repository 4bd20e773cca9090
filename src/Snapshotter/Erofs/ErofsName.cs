using LayerStore;

namespace Snapshotter.Erofs;

/// <summary>A name in a directory.</summary>
/// <param name="Name">The name; <c>.</c> and <c>..</c> are two as any other.</param>
/// <param name="Inode">The file.</param>
internal readonly record struct ErofsName(ByteString Name, ErofsInode Inode);
