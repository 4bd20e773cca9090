using System.Buffers.Binary;
using LayerStore;
using LayerStore.Tar;
using Snapshotter.Linux;

namespace Snapshotter.Erofs;

/// <summary>Extended attributes as they stand behind an inode: which can be there, and their bytes.</summary>
/// <remarks>A header of 12 bytes, and for each <c>struct erofs_xattr_entry</c>, the name without its prefix and the value, up to a multiple of 4.</remarks>
internal static class ErofsXattrs
{
    private const int HeaderSize = 12;
    private const int EntrySize = 4;

    /// <summary>What one file can have, its count of 4-byte units being of 16 bits; and no more than Linux lists (XATTR_LIST_MAX).</summary>
    private const int MaxBytes = 64 << 10;

    /// <summary>The longest name (XATTR_NAME_MAX).</summary>
    private const int MaxName = 255;

    private static readonly OverlayXattrs s_trusted = new("trusted");
    private static readonly OverlayXattrs s_user = new("user");

    /// <summary>
    /// Whether a file can have these attributes, and would have the very same if they were set on it: the kernel looks at some when they are set,
    /// refuses them or changes them (fs/xattr.c, security/commoncap.c, fs/posix_acl.c). Overlay's own are escaped in a layer, which is left to
    /// <see cref="Layers.Apply.XattrPolicy"/>.
    /// </summary>
    public static bool CanHold(TarEntryType type, IReadOnlyList<Xattr> xattrs)
    {
        foreach (Xattr xattr in xattrs)
        {
            if (!IsPlain(type, xattr))
            {
                return false;
            }
        }

        return Size(xattrs) <= MaxBytes;
    }

    /// <summary>Bytes that the attributes take; 0 for none.</summary>
    public static int Size(IReadOnlyList<Xattr> xattrs)
    {
        if (xattrs.Count == 0)
        {
            return 0;
        }

        long size = HeaderSize;
        foreach (Xattr xattr in xattrs)
        {
            size += Size(xattr);
        }

        return (int)Math.Min(size, int.MaxValue);
    }

    /// <summary>What the inode says of their size (<c>i_xattr_icount</c>).</summary>
    public static ushort Count(int size) => (ushort)(size == 0 ? 0 : ((size - HeaderSize) / EntrySize) + 1);

    /// <summary>Writes them.</summary>
    /// <param name="xattrs">The attributes.</param>
    /// <param name="target"><see cref="Size(IReadOnlyList{Xattr})"/> bytes, all zero.</param>
    public static void Write(IReadOnlyList<Xattr> xattrs, Span<byte> target)
    {
        if (xattrs.Count == 0)
        {
            return;
        }

        target = target[HeaderSize..];
        foreach (Xattr xattr in xattrs)
        {
            (byte index, int prefix) = Prefix(xattr.Name);
            ReadOnlySpan<byte> name = xattr.Name.Span[prefix..];
            target[0] = (byte)name.Length;
            target[1] = index;
            BinaryPrimitives.WriteUInt16LittleEndian(target[2..], (ushort)xattr.Value.Length);
            name.CopyTo(target[EntrySize..]);
            xattr.Value.Span.CopyTo(target[(EntrySize + name.Length)..]);
            target = target[Size(xattr)..];
        }
    }

    private static bool IsPlain(TarEntryType type, Xattr xattr)
    {
        (byte index, int prefix) = Prefix(xattr.Name);
        bool isFile = type == TarEntryType.RegularFile;
        return xattr.Name.Length > prefix && xattr.Name.Length <= MaxName && xattr.Value.Length <= ushort.MaxValue
            && !s_trusted.IsReserved(xattr.Name) && !s_user.IsReserved(xattr.Name)
            && index switch
            {
                1 => isFile || type == TarEntryType.Directory, // xattr(7)
                4 => true,
                6 => isFile && xattr.Name.Span.SequenceEqual("security.capability"u8) && IsCapability(xattr.Value.Span),
                _ => false,
            };
    }

    /// <summary>Whether a value is <c>struct vfs_cap_data</c> of version 2: 20 bytes, the first four the version and one flag (include/uapi/linux/capability.h).</summary>
    private static bool IsCapability(ReadOnlySpan<byte> value) => value is [0 or 1, 0, 0, 2, ..] && value.Length == 20;

    private static int Size(Xattr xattr) =>
        (int)ErofsFormat.Align(EntrySize + xattr.Name.Length - Prefix(xattr.Name).Length + xattr.Value.Length, EntrySize);

    /// <summary>The number that stands for the beginning of a name (EROFS_XATTR_INDEX_*), and that beginning's length; 0 for all others.</summary>
    private static (byte Index, int Length) Prefix(ByteString name) =>
        name.StartsWith("user."u8) ? ((byte)1, 5)
        : name.StartsWith("trusted."u8) ? ((byte)4, 8)
        : name.StartsWith("security."u8) ? ((byte)6, 9)
        : ((byte)0, 0);
}
