using System.Buffers.Binary;
using System.Numerics;
using static Snapshotter.Erofs.ErofsFormat;

namespace Snapshotter.Erofs;

/// <summary>Writes an image whose layout is known, from its start to its end through one buffer.</summary>
internal sealed class ErofsImageWriter(Stream image)
{
    /// <summary>Larger than an inode with the most attributes, the gap before it and the superblock.</summary>
    private const int BufferSize = 128 << 10;

    private readonly byte[] _buffer = new byte[BufferSize];
    private long _start;
    private int _used;

    /// <summary>Writes the image.</summary>
    /// <param name="inodes">All, as <see cref="ErofsLayout"/> left them; the first is the root.</param>
    /// <param name="blocks">How many blocks the image has.</param>
    /// <param name="dataBytes">Bytes in the device.</param>
    /// <param name="uuid">The file system's UUID.</param>
    public void Write(IReadOnlyList<ErofsInode> inodes, long blocks, long dataBytes, ReadOnlySpan<byte> uuid)
    {
        WriteSuper(inodes, blocks, uuid);
        WriteDevice(blocks, dataBytes);
        foreach (ErofsInode inode in inodes)
        {
            WriteInode(inode, number: (uint)(inode.Number - inodes[0].Number + 1));
        }

        foreach (ErofsInode inode in inodes)
        {
            if (ErofsLayout.OwnBlocks(inode) > 0)
            {
                WriteOwnBlocks(inode);
            }
        }

        Reserve(blocks * BlockSize, 0);
        Flush();
    }

    private void WriteSuper(IReadOnlyList<ErofsInode> inodes, long blocks, ReadOnlySpan<byte> uuid)
    {
        Span<byte> super = Reserve(EROFS_SUPER_OFFSET, SuperSize);
        BinaryPrimitives.WriteUInt32LittleEndian(super, EROFS_SUPER_MAGIC_V1);
        BinaryPrimitives.WriteUInt32LittleEndian(super[8..], EROFS_FEATURE_COMPAT_SB_CHKSUM | EROFS_FEATURE_COMPAT_MTIME);
        super[12] = BlockBits;
        BinaryPrimitives.WriteUInt16LittleEndian(super[14..], (ushort)inodes[0].Number);
        BinaryPrimitives.WriteUInt64LittleEndian(super[16..], (ulong)inodes.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(super[36..], (uint)blocks);
        uuid.CopyTo(super[48..64]);
        BinaryPrimitives.WriteUInt32LittleEndian(super[80..], EROFS_FEATURE_INCOMPAT_CHUNKED_FILE | EROFS_FEATURE_INCOMPAT_DEVICE_TABLE);
        BinaryPrimitives.WriteUInt16LittleEndian(super[86..], 1); // extra_devices
        BinaryPrimitives.WriteUInt16LittleEndian(super[88..], (EROFS_SUPER_OFFSET + SuperSize) / DeviceSlotSize); // devt_slotoff
    }

    /// <summary>
    /// The one device. Its blocks are said to follow those of the image: without that, a mount that names no device would show the image's own
    /// bytes as contents; with it, they cannot be read.
    /// </summary>
    private void WriteDevice(long blocks, long dataBytes)
    {
        Span<byte> slot = Reserve(EROFS_SUPER_OFFSET + SuperSize, DeviceSlotSize);
        BinaryPrimitives.WriteUInt32LittleEndian(slot[64..], (uint)Math.Min(Align(dataBytes, BlockSize) / BlockSize, uint.MaxValue));
        BinaryPrimitives.WriteUInt32LittleEndian(slot[68..], (uint)blocks); // uniaddr
    }

    /// <summary>Writes an inode with what follows it: attributes, and the chunk's index or what is inline.</summary>
    /// <param name="inode">The inode.</param>
    /// <param name="number">What 32-bit programs see of its number.</param>
    private void WriteInode(ErofsInode inode, uint number)
    {
        int xattrs = ErofsXattrs.Size(inode.Xattrs);
        int dataOffset = ErofsLayout.DataOffset(inode);
        int inline = ErofsLayout.InlineBytes(inode);
        bool hasChunk = ErofsLayout.HasChunk(inode);
        Span<byte> target = Reserve((long)inode.Number * InodeSlot, dataOffset + (hasChunk ? ChunkIndexSize : inline));
        int layout = hasChunk ? EROFS_INODE_CHUNK_BASED : inline > 0 ? EROFS_INODE_FLAT_INLINE : EROFS_INODE_FLAT_PLAIN;
        int chunkBits = Math.Max(BlockBits, 64 - BitOperations.LeadingZeroCount((ulong)inode.Size - 1));
        uint where = hasChunk ? (uint)(chunkBits - BlockBits) | EROFS_CHUNK_FORMAT_INDEXES
            : inode.Is(ErofsMode.S_IFREG) ? 0
            : inode.Is(ErofsMode.S_IFDIR) || inode.Is(ErofsMode.S_IFLNK) ? inode.Block
            : inode.Data;
        BinaryPrimitives.WriteUInt16LittleEndian(target, (ushort)((layout << EROFS_I_DATALAYOUT_BIT) | EROFS_INODE_LAYOUT_EXTENDED));
        BinaryPrimitives.WriteUInt16LittleEndian(target[2..], ErofsXattrs.Count(xattrs));
        BinaryPrimitives.WriteUInt16LittleEndian(target[4..], inode.Mode);
        BinaryPrimitives.WriteInt64LittleEndian(target[8..], inode.Size);
        BinaryPrimitives.WriteUInt32LittleEndian(target[16..], where);
        BinaryPrimitives.WriteUInt32LittleEndian(target[20..], number);
        BinaryPrimitives.WriteUInt32LittleEndian(target[24..], inode.UserId);
        BinaryPrimitives.WriteUInt32LittleEndian(target[28..], inode.GroupId);
        BinaryPrimitives.WriteInt64LittleEndian(target[32..], inode.ModifiedAt.Seconds);
        BinaryPrimitives.WriteInt32LittleEndian(target[40..], inode.ModifiedAt.Nanoseconds);
        BinaryPrimitives.WriteUInt32LittleEndian(target[44..], inode.Links);
        ErofsXattrs.Write(inode.Xattrs, target.Slice(InodeSize, xattrs));
        if (hasChunk)
        {
            Span<byte> index = target[dataOffset..];
            BinaryPrimitives.WriteUInt16LittleEndian(index[2..], DataDevice);
            BinaryPrimitives.WriteUInt32LittleEndian(index[4..], inode.Data);
        }
        else if (inode is ErofsDirectory directory && inline > 0)
        {
            directory.WriteBlock(directory.LastBlock, target[dataOffset..]);
        }
        else if (inline > 0)
        {
            inode.Target.Span.CopyTo(target[dataOffset..]);
        }
    }

    /// <summary>Writes what does not follow the inode: whole blocks of a directory, or a symbolic link's target.</summary>
    private void WriteOwnBlocks(ErofsInode inode)
    {
        long position = (long)inode.Block * BlockSize;
        if (inode is not ErofsDirectory directory)
        {
            inode.Target.Span.CopyTo(Reserve(position, inode.Target.Length));
            return;
        }

        int name = 0;
        for (long blocks = ErofsLayout.OwnBlocks(inode); blocks > 0; blocks--, position += BlockSize)
        {
            name = directory.WriteBlock(name, Reserve(position, BlockSize));
        }
    }

    /// <summary>Room at a position at or behind the end of what was written; zeros fill the gap, and the room.</summary>
    private Span<byte> Reserve(long position, int length)
    {
        if (position + length > _start + BufferSize)
        {
            Flush();
        }

        _used = (int)(position - _start) + length;
        return _buffer.AsSpan(_used - length, length);
    }

    private void Flush()
    {
        if (_start == 0)
        {
            WriteChecksum();
        }

        image.Write(_buffer, 0, _used);
        _buffer.AsSpan(0, _used).Clear();
        _start += _used;
        _used = 0;
    }

    /// <summary>The checksum is over all of the superblock's block, with what else is in it: CRC-32C without the last inversion (fs/erofs/super.c).</summary>
    private void WriteChecksum()
    {
        Span<byte> block = _buffer.AsSpan(EROFS_SUPER_OFFSET, BlockSize);
        uint crc = uint.MaxValue;
        foreach (byte value in block)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(block[4..], crc);
    }
}
