using LayerStore;
using Microsoft.Win32.SafeHandles;
using Snapshotter.Layers.Diff;
using Snapshotter.Layers.Manifest;
using Snapshotter.Layers.Owners;
using Snapshotter.Linux;
using Snapshotter.Snapshots;

namespace Snapshotter.Layers.Check;

/// <summary>
/// Compares a layer's tree with its manifest, in one walk beside one reading. No inode number, device or change time counts
/// as evidence, so a copy of a store that keeps what a layer keeps is as sound as the store.
/// </summary>
internal sealed class TreeChecker
{
    private readonly List<TreeDamage> _damage = [];
    private readonly Dictionary<ByteString, First> _firstNames = [];
    private readonly Dictionary<(ulong Device, ulong Inode), ByteString> _inodes = [];
    private readonly OverlayXattrs _overlay;
    private readonly Func<ByteString, bool> _reads;
    private readonly CheckWatch _watch;
    private readonly CancellationToken _cancellationToken;
    private ByteString? _extra;
    private long _blocks;
    private long _inodesCounted;

    private TreeChecker(OverlayXattrs overlay, Func<ByteString, bool> reads, CheckWatch watch, CancellationToken cancellationToken)
    {
        _overlay = overlay;
        _reads = reads;
        _watch = watch;
        _cancellationToken = cancellationToken;
    }

    /// <summary>Finds everything in the tree that is not as the manifest says.</summary>
    /// <param name="tree">The tree. It is only read.</param>
    /// <param name="manifest">The manifest's verified bytes.</param>
    /// <param name="overlay">What overlay's marks are called in it.</param>
    /// <param name="reads">Whether to read a file whose size and modification time are as they should be.</param>
    /// <param name="watch">Limits how fast contents are read, and says how far it is.</param>
    /// <param name="cancellationToken">Stops between files.</param>
    /// <exception cref="FormatException">The manifest is no manifest.</exception>
    public static TreeComparison Check(
        RootDirectory tree, byte[] manifest, OverlayXattrs overlay, Func<ByteString, bool> reads, CheckWatch watch, CancellationToken cancellationToken) =>
        new TreeChecker(overlay, reads, watch, cancellationToken).Run(tree, manifest);

    private TreeComparison Run(RootDirectory tree, byte[] manifest)
    {
        ManifestReader expected = new(manifest);
        ManifestEntry? entry = expected.Next();
        if (entry is not { Path.IsEmpty: true })
        {
            throw new FormatException("a manifest without a root");
        }

        using (DirectoryHandle root = tree.OpenSelf())
        {
            Compare(entry, root, ByteString.Empty, null, root.Stat());
        }

        entry = expected.Next();
        TreeWalk.Visit(
            new TreeDirectory(tree.OpenSelf()),
            (path, item) =>
            {
                for (; entry is not null && LayerPath.CompareInTreeOrder(entry.Path.Span, path.Span) < 0; entry = expected.Next())
                {
                    Miss(entry);
                }

                if (entry?.Path == path)
                {
                    Compare(entry, item.Source, path, item.Name, item.Status);
                    entry = expected.Next();
                }
                else
                {
                    AddExtra(path);
                }
            },
            _cancellationToken);
        for (; entry is not null; entry = expected.Next())
        {
            Miss(entry);
        }

        return new TreeComparison(_damage, new SnapshotUsage(_blocks * 512, _inodesCounted));
    }

    private void Miss(ManifestEntry entry)
    {
        _damage.Add(new TreeDamage(entry.Path, TreeFaults.Missing));
        if (entry.LinkOf is null)
        {
            _firstNames[entry.Path] = new First(entry, Found: null);
        }
    }

    // What is below a directory that should not be here goes with it.
    private void AddExtra(ByteString path)
    {
        if (_extra is not { } extra || !path.StartsWith(ByteString.Concat(extra.Span, "/"u8).Span))
        {
            _extra = path;
            _damage.Add(new TreeDamage(path, TreeFaults.Extra));
        }
    }

    private void Compare(ManifestEntry entry, DirectoryHandle directory, ByteString path, ByteString? name, FileStatus status)
    {
        ByteString? linkedTo = status.LinkCount > 1 && status.Type != FileType.Directory
            && !_inodes.TryAdd((status.Device, status.Inode), path) ? _inodes[(status.Device, status.Inode)] : null;
        if (linkedTo is null)
        {
            _blocks += status.Blocks512;
            _inodesCounted++;
        }

        TreeFaults faults;
        if (entry.LinkOf is { } firstName)
        {
            if (_firstNames.TryGetValue(firstName, out First? first) && first.Found is null)
            {
                // The first name is gone: this one is now what the others are compared with.
                faults = linkedTo is null ? FaultsOf(first.Entry, directory, name, status) : TreeFaults.HardLink;
                _firstNames[firstName] = first with { Found = path };
            }
            else
            {
                faults = first is not null && linkedTo == first.Found ? TreeFaults.None : TreeFaults.HardLink;
            }
        }
        else
        {
            faults = linkedTo is null ? FaultsOf(entry, directory, name, status) : TreeFaults.HardLink;
            if (entry.Type != FileType.Directory && status.LinkCount > 1)
            {
                _firstNames[path] = new First(entry, path);
            }
        }

        if (faults != TreeFaults.None)
        {
            _damage.Add(new TreeDamage(path, faults));
        }

        // What is in a directory that should be something else goes with it.
        if (faults == TreeFaults.Type && status.Type == FileType.Directory)
        {
            _extra = path;
        }
    }

    private TreeFaults FaultsOf(ManifestEntry entry, DirectoryHandle directory, ByteString? name, FileStatus status)
    {
        if (entry.Type != status.Type || IsWhiteout(entry) != status.IsWhiteout)
        {
            return TreeFaults.Type;
        }

        if (status.IsWhiteout)
        {
            return TreeFaults.None;
        }

        if (entry.IsUnsaidRoot)
        {
            return entry.XattrHash == XattrHash.Of(_overlay.Marks(directory.ListXattrs(name))) ? TreeFaults.None : TreeFaults.Xattrs;
        }

        TreeFaults faults = TreeFaults.None;
        if (entry.Type != FileType.SymbolicLink && entry.Mode != status.Mode)
        {
            faults |= TreeFaults.Mode;
        }

        if (entry.Owner != new FileOwner(status.UserId, status.GroupId))
        {
            faults |= TreeFaults.Owner;
        }

        if (entry.ModifiedAt != status.ModifiedAt)
        {
            faults |= TreeFaults.Time;
        }

        if (entry.XattrHash != XattrHash.Of(directory.ListXattrs(name)))
        {
            faults |= TreeFaults.Xattrs;
        }

        return faults | entry.Type switch
        {
            FileType.RegularFile => CompareContent(entry, directory, name!.Value, status, mustRead: faults.HasFlag(TreeFaults.Time) || _reads(entry.Path)),
            FileType.SymbolicLink when directory.ReadLink(name!.Value) != entry.LinkTarget => TreeFaults.Target,
            FileType.CharacterDevice or FileType.BlockDevice
                when (status.RdevMajor, status.RdevMinor) != (entry.DeviceMajor, entry.DeviceMinor) => TreeFaults.Target,
            _ => TreeFaults.None,
        };
    }

    private TreeFaults CompareContent(ManifestEntry entry, DirectoryHandle directory, ByteString name, FileStatus status, bool mustRead)
    {
        if (status.Size != entry.Size)
        {
            return TreeFaults.Content;
        }

        if (!mustRead)
        {
            return TreeFaults.None;
        }

        try
        {
            using SafeFileHandle file = directory.OpenRead(name);
            return FileHash.Compute(file, name, length => _watch.Read(length, _cancellationToken), _cancellationToken) == entry.ContentHash ? TreeFaults.None : TreeFaults.Content;
        }
        catch (LayerStoreException e) when (e.Kind is not ErrorKind.ResourceExhausted)
        {
            return TreeFaults.Content; // EIO is what a disk says of a sector that it lost.
        }
    }

    private static bool IsWhiteout(ManifestEntry entry) => entry is { Type: FileType.CharacterDevice, DeviceMajor: 0, DeviceMinor: 0 };

    /// <summary>A file that has several names, or whose first name is gone.</summary>
    /// <param name="Entry">What the manifest says of it.</param>
    /// <param name="Found">The first of its names that is there; null if none was met yet.</param>
    private sealed record First(ManifestEntry Entry, ByteString? Found);
}
