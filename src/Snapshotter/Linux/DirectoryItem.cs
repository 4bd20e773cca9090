using LayerStore;

namespace Snapshotter.Linux;

/// <summary>One name in a directory.</summary>
/// <param name="Name">The name.</param>
/// <param name="Type">What it is, where the file system says so for free; else null.</param>
/// <param name="Inode">The inode number that the directory has for it. Of a mount point or on overlayfs, it may be another than statx(2) says.</param>
internal readonly record struct DirectoryItem(ByteString Name, FileType? Type, ulong Inode);
