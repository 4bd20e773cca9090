using static Snapshotter.Erofs.ErofsFormat;

namespace Snapshotter.Erofs;

/// <summary>Says what stands where in an image: the superblock and the device table, all inodes, and the blocks of what is too long to follow its inode.</summary>
internal static class ErofsLayout
{
    /// <summary>A directory's last bytes follow its inode if they are at most so many: more would leave larger gaps than a block of their own does.</summary>
    private const int MaxInlineDirectory = 256;

    /// <summary>Gives each inode its number, and blocks where it needs them. Returns how many blocks the image has.</summary>
    /// <param name="inodes">In the order in which they stand in the image; the first is its root.</param>
    public static long LayOut(IReadOnlyList<ErofsInode> inodes)
    {
        long position = FirstInode;
        foreach (ErofsInode inode in inodes)
        {
            (inode as ErofsDirectory)?.LayOut();
            position = Align(position, InodeSlot);
            int inline = InlineBytes(inode);
            int room = DataOffset(inode) + inline;
            if (inline > 0 && (position % BlockSize) + room > BlockSize)
            {
                position = Align(position, BlockSize); // What is inline may not go on in another block, nor need the inode before it.
            }

            inode.Number = (uint)(position / InodeSlot);
            position += inline > 0 ? room : Length(inode);
        }

        long block = Align(position, BlockSize) / BlockSize;
        foreach (ErofsInode inode in inodes)
        {
            long blocks = OwnBlocks(inode);
            inode.Block = blocks > 0 ? (uint)block : 0;
            block += blocks;
        }

        return block;
    }

    /// <summary>Where the data or the chunk index follows an inode, in bytes from its start.</summary>
    public static int DataOffset(ErofsInode inode)
    {
        int end = InodeSize + ErofsXattrs.Size(inode.Xattrs);
        return HasChunk(inode) ? (int)Align(end, ChunkIndexSize) : end;
    }

    /// <summary>Whether an inode's content is one chunk of the tar.</summary>
    public static bool HasChunk(ErofsInode inode) => inode.Is(ErofsMode.S_IFREG) && inode.Size > 0;

    /// <summary>
    /// How many bytes of a directory or symbolic link follow its inode: those of the last block that is not full, if they and the inode fit one block.
    /// </summary>
    public static int InlineBytes(ErofsInode inode)
    {
        int room = BlockSize - DataOffset(inode);
        return inode switch
        {
            ErofsDirectory => (int)(inode.Size % BlockSize) is var tail && tail <= Math.Min(MaxInlineDirectory, room) ? tail : 0,
            _ when inode.Is(ErofsMode.S_IFLNK) => inode.Size <= room ? (int)inode.Size : 0,
            _ => 0,
        };
    }

    /// <summary>How many blocks of the image hold what does not follow the inode.</summary>
    public static long OwnBlocks(ErofsInode inode) =>
        inode.Is(ErofsMode.S_IFREG) ? 0 : Align(inode.Size - InlineBytes(inode), BlockSize) / BlockSize;

    private static int Length(ErofsInode inode) => DataOffset(inode) + (HasChunk(inode) ? ChunkIndexSize : 0);
}
