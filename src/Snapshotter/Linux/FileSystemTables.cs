using Microsoft.Win32.SafeHandles;

namespace Snapshotter.Linux;

/// <summary>
/// What an inode costs in tables of the file system's own, which statx(2) does not count but statfs(2) does.
/// </summary>
/// <remarks>
/// <para>ext4 and tmpfs make room for inodes when they are made, or count them apart: nothing.</para>
/// <para>xfs takes inodes from free space in chunks of 64 and gives whole chunks back: the inode's size.</para>
/// <para>btrfs keeps inodes, names and small files as items of its trees (struct btrfs_item is 25 bytes; btrfs_inode_item 160, btrfs_inode_ref 10,
/// btrfs_dir_item 30 twice, btrfs_file_extent_item 53, or 21 and the bytes themselves, btrfs_extent_item with a reference 53, a checksum 4 for each 4096
/// bytes), in leaves that are filled to some 85 % after unpacking (measured on images of 2 to 33,000 files: 81 to 88 %), and by default writes each twice.</para>
/// </remarks>
internal sealed unsafe class FileSystemTables
{
    private const int InodeItems = (25 + 160) + (25 + 10) + (2 * (25 + 30));
    private const int InlineItem = 25 + 21;
    private const int ExtentItems = (25 + 53) + (25 + 53);
    private const int BytesPerChecksumByte = 1024;
    private const long FillPercent = 85;

    private readonly long _inodeSize;
    private readonly long _copiesPercent;

    private FileSystemTables(bool isBtrfs, bool hasReflinks, long inodeSize, long copiesPercent)
    {
        IsBtrfs = isBtrfs;
        HasReflinks = hasReflinks;
        _inodeSize = inodeSize;
        _copiesPercent = copiesPercent;
    }

    /// <summary>Whether files can share extents, or lie in tables: then <see cref="FileExtents"/> are to be asked for.</summary>
    public bool HasReflinks { get; }

    /// <summary>Whether what statx(2) counts for a file that nobody changes stays as it was when the file was written, and is all that goes with it.</summary>
    /// <remarks>On xfs it has what was allocated beyond the end in advance, and on btrfs what was not compressed yet.</remarks>
    public bool CountsStay => !HasReflinks;

    /// <summary>Whether small files lie in tables.</summary>
    public bool IsBtrfs { get; }

    /// <summary>Looks at the file system of a directory.</summary>
    public static FileSystemTables Of(string directory)
    {
        string type = FileSystemProbe.TypeName(directory);
        using SafeFileHandle handle = FileSystemSync.OpenDirectory(directory);
        return type switch
        {
            "ext4" or "tmpfs" or "overlay" or "erofs" => new FileSystemTables(false, hasReflinks: false, 0, 0),
            "xfs" => new FileSystemTables(false, hasReflinks: true, XfsInodeSize(handle), 0),
            "btrfs" => new FileSystemTables(true, hasReflinks: true, 0, BtrfsCopiesPercent(handle)),
            _ => new FileSystemTables(false, hasReflinks: true, 0, 0),
        };
    }

    /// <summary>What the tables hold for one inode, in bytes.</summary>
    /// <param name="nameLength">The length of its name.</param>
    /// <param name="size">The length of its content.</param>
    /// <param name="extents">Its extents.</param>
    public long CostOf(int nameLength, long size, FileExtents extents)
    {
        if (!IsBtrfs)
        {
            return _inodeSize;
        }

        long items = InodeItems + (3L * nameLength)
            + (extents.IsInline ? InlineItem + size : (extents.Count * (long)ExtentItems) + (extents.Count == 0 ? 0 : size / BytesPerChecksumByte));
        return items * _copiesPercent / FillPercent;
    }

    private static long XfsInodeSize(SafeFileHandle directory)
    {
        // struct xfs_fsop_geom_v1: inodesize is the seventh 32-bit number.
        uint* geometry = stackalloc uint[28];
        return Libc.ioctl(directory, Libc.XFS_IOC_FSGEOMETRY_V1, geometry) < 0 ? 512 : geometry[6];
    }

    // statfs counts raw bytes by how often data is written (btrfs_statfs: "factor"), so that copies of tables count relative to those of data.
    private static long BtrfsCopiesPercent(SafeFileHandle directory)
    {
        const int Slots = 16;
        const ulong Data = 1;
        const ulong Metadata = 4;
        const ulong Twice = (1 << 4) | (1 << 5) | (1 << 6); // RAID1, DUP, RAID10
        ulong* spaces = stackalloc ulong[2 + (3 * Slots)];
        spaces[0] = Slots;
        long data = 1;
        long metadata = 2;
        if (Libc.ioctl(directory, Libc.BTRFS_IOC_SPACE_INFO, spaces) == 0)
        {
            for (ulong i = 0; i < Math.Min(spaces[1], Slots); i++)
            {
                ulong flags = spaces[2 + (3 * i)];
                long copies = (flags & Twice) != 0 ? 2 : 1;
                data = (flags & Data) != 0 ? copies : data;
                metadata = (flags & Metadata) != 0 ? copies : metadata;
            }
        }

        return 100 * metadata / data;
    }
}
