using LayerStore;
using LayerStore.Tar;

namespace Snapshotter.Erofs;

/// <summary>A file of an image with its metadata; which names lead to it, directories know.</summary>
/// <remarks>A layer has hundreds of thousands of them, all in memory until the image is written: a field counts.</remarks>
internal class ErofsInode
{
    /// <summary>Type and permissions (inode(7)).</summary>
    public required ushort Mode { get; set; }

    /// <summary>The owner.</summary>
    public uint UserId { get; set; }

    /// <summary>The group.</summary>
    public uint GroupId { get; set; }

    /// <summary>When the content last changed.</summary>
    public Timestamp ModifiedAt { get; set; }

    /// <summary>How many names it has; for a directory with those that are in itself and in its directories.</summary>
    public uint Links { get; set; } = 1;

    /// <summary>The content's bytes: a directory's once it is laid out, a symbolic link's target's.</summary>
    public long Size { get; set; }

    /// <summary>Where a regular file's content begins in the tar, in blocks; or a device's number in the kernel's form.</summary>
    public uint Data { get; init; }

    /// <summary>A symbolic link's target; else empty.</summary>
    public ByteString Target { get; init; }

    /// <summary>Its attributes.</summary>
    public IReadOnlyList<Xattr> Xattrs { get; set; } = [];

    /// <summary>Where it is in the image, in units of <see cref="ErofsFormat.InodeSlot"/> (the kernel's nid); known once it is laid out.</summary>
    public uint Number { get; set; }

    /// <summary>The first of the blocks that a directory's or symbolic link's content has of its own; 0 if all of it follows the inode.</summary>
    public uint Block { get; set; }

    /// <summary>Whether it is of a type: one of the constants of <see cref="ErofsMode"/>.</summary>
    public bool Is(ushort type) => (Mode & ErofsMode.S_IFMT) == type;
}
