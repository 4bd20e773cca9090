using System.Buffers.Binary;
using LayerStore;
using static Snapshotter.Erofs.ErofsFormat;

namespace Snapshotter.Erofs;

/// <summary>A directory, with the names that are in it and the bytes that they become.</summary>
/// <remarks>
/// Its content is a row of blocks. Each begins with one entry of 12 bytes a name, and the names follow without an end mark; the kernel finds a
/// name by halves, first the block and then the entry, so all are in bytewise order, <c>.</c> and <c>..</c> among them (fs/erofs/namei.c).
/// </remarks>
internal sealed class ErofsDirectory : ErofsInode
{
    private static readonly ByteString s_itself = ByteString.FromText(".");
    private static readonly ByteString s_above = ByteString.FromText("..");
    private Dictionary<ByteString, ErofsInode>? _names;
    private ErofsName[] _sorted = [];

    /// <param name="parent">The directory that it is in; null for the image's root.</param>
    public ErofsDirectory(ErofsDirectory? parent)
    {
        Parent = parent ?? this;
        Links = 2;
    }

    /// <summary>The directory that it is in; the image's root is in itself.</summary>
    public ErofsDirectory Parent { get; }

    /// <summary>Whether the layer has no entry for it: it has the metadata of the directory below.</summary>
    public bool IsImplied { get; init; }

    /// <summary>Whether an opaque whiteout is in it.</summary>
    public bool IsOpaque { get; set; }

    /// <summary>Whether whiteouts of names are in it.</summary>
    public bool HoldsWhiteouts { get; set; }

    /// <summary>Whether layers below show nothing in it: it is opaque, or one above it is. Known when all entries are.</summary>
    public bool HidesLower { get; set; }

    /// <summary>Adds a name; false if it is there already.</summary>
    public bool TryAdd(ByteString name, ErofsInode inode)
    {
        if (!(_names ??= []).TryAdd(name, inode))
        {
            return false;
        }

        Links += inode is ErofsDirectory ? 1u : 0;
        return true;
    }

    /// <summary>The file of a name, or null.</summary>
    public ErofsInode? Find(ByteString name) => _names?.GetValueOrDefault(name);

    /// <summary>The first name of the last block.</summary>
    public int LastBlock { get; private set; }

    /// <summary>Orders the names and says how many bytes they take.</summary>
    public void LayOut()
    {
        _sorted = new ErofsName[2 + (_names?.Count ?? 0)];
        _sorted[0] = new ErofsName(s_itself, this);
        _sorted[1] = new ErofsName(s_above, Parent);
        int count = 2;
        foreach ((ByteString name, ErofsInode inode) in _names ?? [])
        {
            _sorted[count++] = new ErofsName(name, inode);
        }

        Array.Sort(_sorted, static (left, right) => left.Name.CompareTo(right.Name));
        Size = 0;
        for (int first = 0, next; first < count; first = next)
        {
            LastBlock = first;
            next = EndOfBlock(first, out int length);
            Size += next < count ? BlockSize : length;
        }
    }

    /// <summary>Writes a block of the content.</summary>
    /// <param name="first">The first name in it: 0, or what the block before returned.</param>
    /// <param name="block">Takes it, all zero.</param>
    /// <returns>The first name in the next block.</returns>
    public int WriteBlock(int first, Span<byte> block)
    {
        int end = EndOfBlock(first, out _);
        int text = DirentSize * (end - first); // The first one's offset says how many there are.
        Span<byte> entry = block;
        foreach ((ByteString name, ErofsInode inode) in _sorted.AsSpan(first, end - first))
        {
            BinaryPrimitives.WriteUInt64LittleEndian(entry, inode.Number);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[8..], (ushort)text);
            entry[10] = ErofsMode.EntryType(inode.Mode);
            entry = entry[DirentSize..];
            name.Span.CopyTo(block[text..]);
            text += name.Length;
        }

        return end;
    }

    /// <summary>How far a block reaches that begins with a name.</summary>
    private int EndOfBlock(int first, out int length)
    {
        length = 0;
        int end = first;
        for (; end < _sorted.Length; end++)
        {
            int more = DirentSize + _sorted[end].Name.Length;
            if (length + more > BlockSize)
            {
                break;
            }

            length += more;
        }

        return end;
    }
}
