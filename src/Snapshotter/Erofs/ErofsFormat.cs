namespace Snapshotter.Erofs;

/// <summary>Numbers of the EROFS on-disk format, by the kernel's names, and what is chosen here among them. All fields are little-endian.</summary>
/// <remarks>Kernel: fs/erofs/erofs_fs.h, Documentation/filesystems/erofs.rst.</remarks>
internal static class ErofsFormat
{
    public const int EROFS_SUPER_OFFSET = 1024;
    public const uint EROFS_SUPER_MAGIC_V1 = 0xE0F5E1E2;

    public const uint EROFS_FEATURE_COMPAT_SB_CHKSUM = 1;
    public const uint EROFS_FEATURE_COMPAT_MTIME = 2;
    public const uint EROFS_FEATURE_INCOMPAT_CHUNKED_FILE = 4;
    public const uint EROFS_FEATURE_INCOMPAT_DEVICE_TABLE = 8;

    public const int EROFS_INODE_FLAT_PLAIN = 0;
    public const int EROFS_INODE_FLAT_INLINE = 2;
    public const int EROFS_INODE_CHUNK_BASED = 4;

    /// <summary>The bits below it in <c>i_format</c> say that the inode is of the extended form, which has room for the time and for all owners.</summary>
    public const int EROFS_I_DATALAYOUT_BIT = 1;

    public const int EROFS_INODE_LAYOUT_EXTENDED = 1;

    /// <summary>The map of a file's chunks is a list of 8-byte indexes, which name the device.</summary>
    public const int EROFS_CHUNK_FORMAT_INDEXES = 0x20;

    /// <summary>Size of <c>struct erofs_super_block</c>; the device table follows it here.</summary>
    public const int SuperSize = 128;

    /// <summary>Size of <c>struct erofs_deviceslot</c>, and the unit of <c>devt_slotoff</c>.</summary>
    public const int DeviceSlotSize = 128;

    /// <summary>Inodes begin at multiples of it, and are numbered by it (EROFS_ISLOTBITS).</summary>
    public const int InodeSlot = 32;

    /// <summary>Size of <c>struct erofs_inode_extended</c>.</summary>
    public const int InodeSize = 64;

    /// <summary>Size and alignment of <c>struct erofs_inode_chunk_index</c>.</summary>
    public const int ChunkIndexSize = 8;

    /// <summary>Size of <c>struct erofs_dirent</c>.</summary>
    public const int DirentSize = 12;

    /// <summary>The device that holds the contents: the only one in the table.</summary>
    public const ushort DataDevice = 1;

    /// <summary>Blocks have 512 bytes: a tar's contents begin at multiples of that, and the kernel finds data by block.</summary>
    public const int BlockBits = 9;

    /// <summary>Bytes in a block.</summary>
    public const int BlockSize = 1 << BlockBits;

    /// <summary>The largest file that has one chunk: the size of a chunk is given in five bits, as a power of two of blocks.</summary>
    public const long MaxFileSize = 1L << (BlockBits + 31);

    /// <summary>No content begins at or behind it: blocks of a device are counted in 32 bits, and all ones is a hole.</summary>
    public const long MaxDataBytes = (long)uint.MaxValue << BlockBits;

    /// <summary>Where the first inode is, the root's.</summary>
    public const int FirstInode = EROFS_SUPER_OFFSET + SuperSize + DeviceSlotSize;

    /// <summary>A position, rounded up to a multiple of a power of two.</summary>
    public static long Align(long position, int unit) => (position + unit - 1) & -(long)unit;
}
