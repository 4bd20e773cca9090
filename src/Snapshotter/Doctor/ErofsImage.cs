using System.Buffers.Binary;

namespace Snapshotter.Doctor;

/// <summary>The smallest EROFS file system there is: one block that holds the superblock and an empty root directory.</summary>
/// <remarks>Kernel: fs/erofs/erofs_fs.h, Documentation/filesystems/erofs.rst. Numbers are little-endian.</remarks>
internal static class ErofsImage
{
    private const int BlockBits = 12;
    private const int SuperBlock = 1024;
    private const int RootNumber = 36; // Inodes are counted in units of 32 bytes from the start: the first behind the superblock.
    private const int Root = RootNumber * 32;
    private const int RootData = Root + 32;
    private const int ParentName = 25; // Behind two entries of twelve bytes and the name ".".

    /// <summary>Its bytes.</summary>
    public static byte[] Make()
    {
        byte[] image = new byte[1 << BlockBits];
        Span<byte> super = image.AsSpan(SuperBlock);
        BinaryPrimitives.WriteUInt32LittleEndian(super, 0xE0F5E1E2);
        super[12] = BlockBits;
        BinaryPrimitives.WriteUInt16LittleEndian(super[14..], RootNumber);
        BinaryPrimitives.WriteUInt64LittleEndian(super[16..], 1); // inodes
        BinaryPrimitives.WriteUInt32LittleEndian(super[36..], 1); // blocks

        // A compact inode (32 bytes) whose data follows it: i_format is version 0, layout 2 (FLAT_INLINE).
        Span<byte> root = image.AsSpan(Root);
        BinaryPrimitives.WriteUInt16LittleEndian(root, 2 << 1);
        BinaryPrimitives.WriteUInt16LittleEndian(root[4..], 0x41ed); // drwxr-xr-x
        BinaryPrimitives.WriteUInt16LittleEndian(root[6..], 2); // links
        BinaryPrimitives.WriteUInt32LittleEndian(root[8..], ParentName + 2); // size
        BinaryPrimitives.WriteUInt32LittleEndian(root[20..], 1); // number for stat(2)

        Span<byte> data = image.AsSpan(RootData);
        WriteEntry(data, nameOffset: 24);
        WriteEntry(data[12..], nameOffset: ParentName);
        "..."u8.CopyTo(data[24..]);
        return image;
    }

    private static void WriteEntry(Span<byte> entry, ushort nameOffset)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(entry, RootNumber);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[8..], nameOffset);
        entry[10] = 2; // EROFS_FT_DIR
    }
}
