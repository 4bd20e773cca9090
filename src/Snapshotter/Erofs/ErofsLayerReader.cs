using LayerStore;
using LayerStore.Tar;
using Snapshotter.Layers;
using Snapshotter.Layers.Apply;
using Snapshotter.Linux;
using static Snapshotter.Erofs.ErofsMode;

namespace Snapshotter.Erofs;

/// <summary>
/// Makes inodes of the entries of a plain layer: no name comes twice, no directory's entry after what is in it, and nothing but a directory's own metadata
/// comes from a layer below. For such a layer the rules of <see cref="LayerApplier"/> come to what is here; every other one is left to it.
/// </summary>
internal sealed partial class ErofsLayerReader
{
    /// <summary>More names are left to the applier: all are in memory here until the image is written.</summary>
    private const int MaxNames = 300_000;

    /// <summary>About what each file needs beside its names.</summary>
    private const int InodeSize = 200;

    private const int MaxNameBytes = 255; // NAME_MAX, and an image's names have no more

    private static readonly ByteString s_wrapper = ByteString.FromText(ErofsLayer.WrapperName);
    private static readonly OverlayXattrs s_overlay = new("trusted");
    private static readonly Xattr s_opaque = new(s_overlay.Opaque, ByteString.FromText("y"));
    private static readonly Xattr s_origin = new(s_overlay.Origin, ByteString.Empty);

    private readonly ApplyOptions _options;
    private readonly List<ErofsInode> _inodes = [];
    private readonly List<ErofsDirectory> _directories = [];
    private readonly Dictionary<ByteString, ErofsDirectory> _directoriesByPath = [];
    private readonly List<(ByteString Path, ErofsDirectory Directory)> _implied = [];
    private readonly ErofsDirectory _root;
    private ByteString _lastPath;
    private ErofsDirectory _last;
    private bool _hasRootEntry;
    private long _entries;
    private int _names;
    private long _dataEnd;

    /// <param name="options">Ones for which <see cref="CanRead"/> is true.</param>
    public ErofsLayerReader(ApplyOptions options)
    {
        _options = options;
        ErofsDirectory image = new(null) { Mode = S_IFDIR | 0x1ed };
        _root = _last = new(image) { Mode = S_IFDIR | 0x1ed };
        image.TryAdd(s_wrapper, _root);
        _inodes.AddRange([image, _root]);
        _directories.Add(_root);
        _directoriesByPath.Add(ByteString.Empty, _root);
    }

    /// <summary>Whether layers are to be applied as they are, with whiteouts as overlay's marks. In a user namespace EROFS cannot be mounted, nor are all owners there.</summary>
    public static bool CanRead(ApplyOptions options) =>
        options is { Whiteouts: WhiteoutMode.Overlay, OverlayXattrNamespace: "trusted", NoDevices: false, StripSetuid: false, SquashIds: false }
        && UserNamespace.Current.IsInitial;

    /// <summary>Reads the whole tar; null if the layer is not plain.</summary>
    public ErofsLayer? TryRead(TarReader tar, CancellationToken cancellationToken)
    {
        while (tar.Next() is { } entry)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _entries++;
            if (!TryAdd(entry, tar.ContentOffset))
            {
                return null;
            }
        }

        // Zeros may be missing behind the last content, but the kernel reads whole blocks only.
        bool isWhole = tar.Position % ErofsFormat.BlockSize == 0;
        return isWhole && TryMark() ? new ErofsLayer(_inodes, _root, _implied, _dataEnd) { HasRootEntry = _hasRootEntry, Entries = _entries } : null;
    }

    private bool TryAdd(TarEntry entry, long? content)
    {
        ByteString path = EntryName.Clean(entry.Name, _options.MaxDepth);
        IReadOnlyList<Xattr> xattrs = HostXattrs.Without(entry.Xattrs);
        if (!TryTakeMemory(path, entry.LinkName, xattrs) || !HasPlainMetadata(entry, xattrs))
        {
            return false;
        }

        if (path.IsEmpty)
        {
            _hasRootEntry = true;
            return entry.Type == TarEntryType.Directory && Describe(_root, entry, xattrs);
        }

        (ByteString directory, ByteString name) = LayerPath.Split(path);
        if (++_names > MaxNames || FindOrImply(directory) is not { } parent)
        {
            return false;
        }

        if (name.StartsWith(LayerPath.WhiteoutPrefix))
        {
            return TryAddWhiteout(parent, name);
        }

        if (name.Length > MaxNameBytes || name.Span.Contains((byte)0))
        {
            return false;
        }

        return entry.Type switch
        {
            TarEntryType.Directory => TryAddDirectory(parent, name, path, entry, xattrs),
            TarEntryType.HardLink => xattrs.Count == 0 && TryAddLink(parent, name, entry),
            TarEntryType.RegularFile => content is { } offset && TryAddFile(parent, name, entry, xattrs, offset),
            _ => TryAddNode(parent, name, entry, xattrs),
        };
    }

    /// <summary>A directory with an entry before the one that is read; null if there is none at that path.</summary>
    private ErofsDirectory? FindDirectory(ByteString path)
    {
        // A tar most often has one directory's files one after the other.
        if (_lastPath != path)
        {
            if (!_directoriesByPath.TryGetValue(path, out ErofsDirectory? found))
            {
                return null;
            }

            _last = found;
            _lastPath = path;
        }

        return _last;
    }

    /// <summary>A directory to put something into; one that has no entry yet is implied. Null if something else has its name.</summary>
    private ErofsDirectory? FindOrImply(ByteString path)
    {
        if (FindDirectory(path) is { } known)
        {
            return known;
        }

        (ByteString above, ByteString name) = LayerPath.Split(path);
        if (name.StartsWith(LayerPath.WhiteoutPrefix) || name.Length > MaxNameBytes || name.Span.Contains((byte)0) || ++_names > MaxNames
            || FindOrImply(above) is not { } parent)
        {
            return null;
        }

        ErofsDirectory directory = new(parent) { Mode = S_IFDIR | 0x1ed, IsImplied = true };
        _directories.Add(directory);
        _directoriesByPath.Add(path, directory);
        _implied.Add((path, directory));
        return TryAdd(parent, name, directory) ? directory : null;
    }

    private bool TryAddWhiteout(ErofsDirectory parent, ByteString name)
    {
        if (name.Span.SequenceEqual(EntryName.OpaqueWhiteout))
        {
            return parent.IsOpaque = true;
        }

        ByteString hidden = name.Slice(LayerPath.WhiteoutPrefix.Length);
        if (name.StartsWith(EntryName.AufsPrefix) || hidden.Length > MaxNameBytes || hidden.Span.Contains((byte)0)
            || hidden.Span is [] or [(byte)'.'] or [(byte)'.', (byte)'.'])
        {
            return false;
        }

        // A name that the layer has itself is no plain whiteout, whichever comes first: the other one then finds the name taken.
        parent.HoldsWhiteouts = true;
        return TryAdd(parent, hidden, new ErofsInode { Mode = S_IFCHR });
    }

    private bool TryAddDirectory(ErofsDirectory parent, ByteString name, ByteString path, TarEntry entry, IReadOnlyList<Xattr> xattrs)
    {
        if (parent.Find(name) is { } known)
        {
            return known is ErofsDirectory { IsImplied: false } && Describe(known, entry, xattrs); // The last entry of a directory says what it is like.
        }

        ErofsDirectory directory = new(parent) { Mode = S_IFDIR };
        _directories.Add(directory);
        _directoriesByPath.Add(path, directory);
        return Describe(directory, entry, xattrs) && TryAdd(parent, name, directory);
    }

    private bool TryAdd(ErofsDirectory parent, ByteString name, ErofsInode inode)
    {
        _inodes.Add(inode);
        return parent.TryAdd(name, inode);
    }

    /// <summary>Gives an inode what its entry says.</summary>
    /// <returns>True.</returns>
    private static bool Describe(ErofsInode inode, TarEntry entry, IReadOnlyList<Xattr> xattrs)
    {
        uint permissions = inode.Is(S_IFLNK) ? 0x1ff : entry.Mode; // A symbolic link has no mode of its own.
        inode.Mode = (ushort)((uint)(inode.Mode & S_IFMT) | permissions);
        inode.UserId = entry.UserId;
        inode.GroupId = entry.GroupId;
        inode.ModifiedAt = entry.ModifiedAt;
        inode.Xattrs = xattrs;
        return true;
    }

    /// <summary>
    /// Sets overlay's marks, as the applier does. An empty origin on each directory that holds whiteouts makes the kernel check its names, so that a whiteout
    /// of what does not exist below is not listed as a ghost.
    /// </summary>
    /// <returns>False if there are whiteouts where the layer hides everything anyway: those make no file; or implied directories, which have nothing below them there.</returns>
    private bool TryMark()
    {
        foreach (ErofsDirectory directory in _directories)
        {
            // Those above come first.
            directory.HidesLower = directory.IsOpaque || directory.Parent.HidesLower;
            if (directory.HidesLower && (directory.HoldsWhiteouts || directory.IsImplied))
            {
                return false;
            }

            if (directory.IsOpaque && directory != _root)
            {
                directory.Xattrs = [.. directory.Xattrs, s_opaque];
            }
            else if (directory.HoldsWhiteouts)
            {
                directory.Xattrs = [.. directory.Xattrs, s_origin];
            }
        }

        return true;
    }

    /// <summary>Whether a file would have just what its entry says. Times of 64 bits of seconds are kept by an image, and refused by most file systems.</summary>
    private static bool HasPlainMetadata(TarEntry entry, IReadOnlyList<Xattr> xattrs) =>
        entry.Mode <= 0xfff && entry.ModifiedAt.Seconds is > int.MinValue and < int.MaxValue && ErofsXattrs.CanHold(entry.Type, xattrs);

    private bool TryTakeMemory(ByteString path, ByteString target, IReadOnlyList<Xattr> xattrs)
    {
        long bytes = InodeSize + path.Length + target.Length;
        foreach (Xattr xattr in xattrs)
        {
            bytes += 100 + xattr.Name.Length + xattr.Value.Length;
        }

        try
        {
            _options.Memory.Take(bytes);
            return true;
        }
        catch (LayerStoreException)
        {
            return false; // The applier says what is used up, if it needs as much.
        }
    }
}
