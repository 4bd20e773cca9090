using LayerStore;
using Microsoft.Win32.SafeHandles;
using Snapshotter.Layers.Diff;
using Snapshotter.Layers.Owners;
using Snapshotter.Linux;
using Snapshotter.Snapshots;

namespace Snapshotter.Layers.Manifest;

/// <summary>
/// Writes the manifest of a layer's tree by walking it once, and measures it on the way. Contents are read only if nobody
/// knows their hashes.
/// </summary>
internal sealed class ManifestBuilder
{
    private readonly Dictionary<(ulong Device, ulong Inode), ByteString> _firstNames = [];
    private readonly Func<ByteString, FileStatus, ByteString?>? _known;
    private readonly IReadOnlyDictionary<ByteString, FileOwner>? _trueOwners;
    private readonly Func<ulong, FileStatus?>? _states;
    private readonly CancellationToken _cancellationToken;
    private long _blocks;
    private long _inodes;

    private ManifestBuilder(
        Func<ByteString, FileStatus, ByteString?>? known,
        IReadOnlyDictionary<ByteString, FileOwner>? trueOwners,
        Func<ulong, FileStatus?>? states,
        CancellationToken cancellationToken)
    {
        _states = states;
        _known = known;
        _trueOwners = trueOwners;
        _cancellationToken = cancellationToken;
    }

    /// <summary>Writes the manifest.</summary>
    /// <param name="tree">The tree, to which nobody writes.</param>
    /// <param name="path">The manifest's file.</param>
    /// <param name="known">The sha256 of a file that was just read or written, if it is known; null if none is.</param>
    /// <param name="trueOwners">The owners that are to be noted (<see cref="OwnerPolicy.IsToBeNoted"/>); null for none.</param>
    /// <param name="rootMarks">What counts of the root of a layer that has no entry for it; null if the layer has one.</param>
    /// <param name="cancellationToken">Stops between files.</param>
    /// <param name="states">What regular files without xattrs that count are like, by inode number, as far as that is known; null if it is of none.</param>
    /// <returns>The manifest's digest, and what the tree takes on the disk.</returns>
    public static (Digest Digest, SnapshotUsage Usage) Write(
        RootDirectory tree,
        string path,
        Func<ByteString, FileStatus, ByteString?>? known,
        IReadOnlyDictionary<ByteString, FileOwner>? trueOwners,
        OverlayXattrs? rootMarks,
        CancellationToken cancellationToken,
        Func<ulong, FileStatus?>? states = null)
    {
        ManifestBuilder builder = new(known, trueOwners, states, cancellationToken);
        using ManifestWriter writer = new(path);
        using (DirectoryHandle root = tree.OpenSelf())
        {
            ManifestEntry entry = builder.Describe(root, ByteString.Empty, null, root.Stat());
            writer.Add(rootMarks is null
                ? entry
                : new ManifestEntry { Path = entry.Path, Type = entry.Type, XattrHash = XattrHash.Of(rootMarks.Marks(root.ListXattrs(null))) });
        }

        TreeWalk.Visit(
            new TreeDirectory(tree.OpenSelf(), states),
            (file, item) => writer.Add(builder.Describe(item.Source, file, item.Name, item.Status)),
            cancellationToken);
        return (writer.Finish(), new SnapshotUsage(builder._blocks * 512, builder._inodes));
    }

    private ManifestEntry Describe(DirectoryHandle directory, ByteString path, ByteString? name, FileStatus status)
    {
        ByteString? first = Measure(path, status);
        if (status.IsWhiteout)
        {
            // Its metadata mean nothing, and differ between one that overlay made and one that unpacking made.
            return new ManifestEntry { Path = path, Type = FileType.CharacterDevice };
        }

        if (first is not null)
        {
            return new ManifestEntry { Path = path, Type = status.Type, LinkOf = first };
        }

        bool isDevice = status.Type is FileType.CharacterDevice or FileType.BlockDevice;
        return new ManifestEntry
        {
            Path = path,
            Type = status.Type,
            Mode = status.Mode,
            Owner = new FileOwner(status.UserId, status.GroupId),
            TrueOwner = _trueOwners is not null && _trueOwners.TryGetValue(path, out FileOwner owner) ? owner : null,
            ModifiedAt = status.ModifiedAt,
            XattrHash = HasNoXattrs(status) ? ByteString.Empty : XattrHash.Of(directory.ListXattrs(name)),
            Size = status.Type == FileType.RegularFile ? status.Size : 0,
            ContentHash = status.Type == FileType.RegularFile ? HashOf(directory, path, name!.Value, status) : ByteString.Empty,
            LinkTarget = status.Type == FileType.SymbolicLink ? directory.ReadLink(name!.Value) : ByteString.Empty,
            DeviceMajor = isDevice ? status.RdevMajor : 0,
            DeviceMinor = isDevice ? status.RdevMinor : 0,
        };
    }

    private bool HasNoXattrs(FileStatus status) => status.Type == FileType.RegularFile && _states?.Invoke(status.Inode) is not null;

    /// <summary>Counts a file once, and returns its first name if this is a further one.</summary>
    private ByteString? Measure(ByteString path, FileStatus status)
    {
        if (status.LinkCount > 1 && status.Type != FileType.Directory && !_firstNames.TryAdd((status.Device, status.Inode), path))
        {
            return _firstNames[(status.Device, status.Inode)];
        }

        _blocks += status.Blocks512;
        _inodes++;
        return null;
    }

    private ByteString HashOf(DirectoryHandle directory, ByteString path, ByteString name, FileStatus status)
    {
        if (_known?.Invoke(path, status) is { } hash)
        {
            return hash;
        }

        using SafeFileHandle file = directory.OpenRead(name);
        return FileHash.Compute(file, name, read: null, _cancellationToken);
    }
}
