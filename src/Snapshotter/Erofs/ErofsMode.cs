namespace Snapshotter.Erofs;

/// <summary>The type of a file in its mode, and in a directory's entry for it (inode(7); kernel: include/linux/fs_types.h).</summary>
internal static class ErofsMode
{
    public const ushort S_IFMT = 0xF000;
    public const ushort S_IFIFO = 0x1000;
    public const ushort S_IFCHR = 0x2000;
    public const ushort S_IFDIR = 0x4000;
    public const ushort S_IFBLK = 0x6000;
    public const ushort S_IFREG = 0x8000;
    public const ushort S_IFLNK = 0xA000;

    /// <summary>The number that a directory's entry has for a mode's type (EROFS_FT_*, which are the kernel's FT_*).</summary>
    public static byte EntryType(ushort mode) => (mode & S_IFMT) switch
    {
        S_IFREG => 1,
        S_IFDIR => 2,
        S_IFCHR => 3,
        S_IFBLK => 4,
        S_IFIFO => 5,
        _ => 7, // EROFS_FT_SYMLINK; there are no sockets in a tar.
    };
}
