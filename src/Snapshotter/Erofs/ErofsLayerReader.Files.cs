using LayerStore;
using LayerStore.Tar;
using Snapshotter.Layers;
using Snapshotter.Layers.Apply;
using static Snapshotter.Erofs.ErofsMode;

namespace Snapshotter.Erofs;

/// <content>What is no directory: files, links, devices and FIFOs.</content>
internal sealed partial class ErofsLayerReader
{
    private const int MaxTargetBytes = 4095; // PATH_MAX with its NUL
    private const uint MaxMajor = 0xfff; // 12 and 20 bits: include/linux/kdev_t.h
    private const uint MaxMinor = 0xfffff;

    /// <summary>Adds a name for a file that the layer has already. What the link's entry says of the file must be what the file's own said.</summary>
    private bool TryAddLink(ErofsDirectory parent, ByteString name, TarEntry entry)
    {
        (ByteString directory, ByteString source) = LayerPath.Split(EntryName.CleanTarget(entry.LinkName, _options.MaxDepth));
        if (FindDirectory(directory)?.Find(source) is not { } inode || inode is ErofsDirectory || IsWhiteout(inode)
            || inode.UserId != entry.UserId || inode.GroupId != entry.GroupId || inode.ModifiedAt != entry.ModifiedAt
            || (!inode.Is(S_IFLNK) && (inode.Mode & ~S_IFMT) != entry.Mode)
            || !parent.TryAdd(name, inode))
        {
            return false;
        }

        inode.Links++;
        return true;
    }

    private bool TryAddFile(ErofsDirectory parent, ByteString name, TarEntry entry, IReadOnlyList<Xattr> xattrs, long offset)
    {
        if (offset % ErofsFormat.BlockSize != 0 || entry.Size > ErofsFormat.MaxFileSize || offset > ErofsFormat.MaxDataBytes - entry.Size)
        {
            return false;
        }

        _dataEnd = ErofsFormat.Align(offset + entry.Size, ErofsFormat.BlockSize);
        ErofsInode file = new() { Mode = S_IFREG, Size = entry.Size, Data = (uint)(offset >> ErofsFormat.BlockBits) };
        return Describe(file, entry, xattrs) && TryAdd(parent, name, file);
    }

    private bool TryAddNode(ErofsDirectory parent, ByteString name, TarEntry entry, IReadOnlyList<Xattr> xattrs)
    {
        ByteString target = entry.LinkName;
        (uint major, uint minor) = (entry.DeviceMajor, entry.DeviceMinor);
        bool isDevice = entry.Type is TarEntryType.CharacterDevice or TarEntryType.BlockDevice;
        if (entry.Type == TarEntryType.SymbolicLink
            ? target.Length is 0 or > MaxTargetBytes || target.Span.Contains((byte)0)
            : isDevice && ((major | minor) == 0 || major > MaxMajor || minor > MaxMinor))
        {
            return false;
        }

        ErofsInode node = new()
        {
            Mode = entry.Type switch
            {
                TarEntryType.SymbolicLink => S_IFLNK,
                TarEntryType.CharacterDevice => S_IFCHR,
                TarEntryType.BlockDevice => S_IFBLK,
                _ => S_IFIFO,
            },
            Size = target.Length,
            Target = target,
            Data = isDevice ? (minor & 0xff) | (major << 8) | ((minor & ~0xffu) << 12) : 0, // new_encode_dev() of kdev_t.h
        };
        return Describe(node, entry, xattrs) && TryAdd(parent, name, node);
    }

    private static bool IsWhiteout(ErofsInode inode) => inode.Is(S_IFCHR) && inode.Data == 0;
}
