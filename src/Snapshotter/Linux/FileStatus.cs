using LayerStore.Tar;

namespace Snapshotter.Linux;

/// <summary>What statx(2) says of a file.</summary>
/// <param name="Type">What it is.</param>
/// <param name="Mode">Permission bits with setuid, setgid and sticky, 0 to 07777.</param>
/// <param name="UserId">The owner.</param>
/// <param name="GroupId">The group.</param>
/// <param name="Size">The content's length in bytes; a symbolic link's target's length.</param>
/// <param name="Blocks512">Allocated units of 512 bytes.</param>
/// <param name="ModifiedAt">When the content last changed.</param>
/// <param name="ChangedAt">When the inode last changed.</param>
/// <param name="LinkCount">How many names it has.</param>
/// <param name="Inode">Its inode number.</param>
/// <param name="Device">The file system's device: the major number in the upper 32 bits, the minor in the lower.</param>
/// <param name="RdevMajor">For a device file, the major number it stands for.</param>
/// <param name="RdevMinor">For a device file, the minor number it stands for.</param>
internal readonly record struct FileStatus(
    FileType Type,
    uint Mode,
    uint UserId,
    uint GroupId,
    long Size,
    long Blocks512,
    Timestamp ModifiedAt,
    Timestamp ChangedAt,
    uint LinkCount,
    ulong Inode,
    ulong Device,
    uint RdevMajor,
    uint RdevMinor)
{
    /// <summary>Whether it is overlay's whiteout: a character device 0:0 (kernel, Documentation/filesystems/overlayfs.rst).</summary>
    public bool IsWhiteout => Type == FileType.CharacterDevice && RdevMajor == 0 && RdevMinor == 0;

    /// <summary>Whether it is a directory.</summary>
    public bool IsDirectory => Type == FileType.Directory;
}
