using LayerStore;
using Microsoft.Win32.SafeHandles;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Collection;

/// <summary>
/// Says how many bytes the file system gets back if some things go: what is allocated to them alone.
/// </summary>
/// <remarks>
/// <para>An inode counts with its allocated blocks (statx(2)), once, and only if all of its names go. Extents that files share (reflinks: a
/// commit of a mounted snapshot, overlay's copy-up, the native driver's copies) count once, if nothing that stays in the store has them, and
/// if they are not shared with the world outside: an extent that is shared, but of which only one owner is in the store, has another elsewhere.</para>
/// <para>To that comes what the file system keeps for an inode in tables of its own (<see cref="FileSystemTables"/>): exact on xfs, an estimate on btrfs.</para>
/// <para>A tree that nobody changes was measured when it was made. Where files cannot share extents that still holds, and its record says it, so that removing an
/// image takes as long whatever is in it; links that somebody made to its files from outside the store are not seen then. Elsewhere it is walked.</para>
/// <para>Not counted: the databases, which keep their freed pages for later, and the names in the store's own directories. Compressed extents of btrfs
/// count with their full length, as statx does.</para>
/// </remarks>
internal sealed class SpaceMeter(string root)
{
    private readonly FileSystemTables _tables = FileSystemTables.Of(root);
    private readonly Dictionary<(ulong Device, ulong Inode), Inode> _inodes = [];
    private readonly HashSet<string> _paths = new(StringComparer.Ordinal);
    private readonly List<SharedExtent> _shared = [];
    private readonly List<long> _bytes = [];

    /// <summary>Adds a thing that would go.</summary>
    public void Add(StoredThing thing, CancellationToken cancellationToken)
    {
        int owner = _bytes.Count;
        _bytes.Add(0);
        foreach (string path in thing.Paths.Where(_paths.Add))
        {
            if (_tables.CountsStay && path == thing.Paths[0] && thing.Recorded is { } recorded)
            {
                _bytes[owner] += Directory.Exists(Path.Join(root, path)) ? recorded : 0;
                continue;
            }

            InodeWalk.Walk(root, path, (DirectoryHandle directory, ByteString name, in FileStatus status) => Visit(directory, name, in status, owner), cancellationToken);
        }
    }

    /// <summary>The bytes of each thing, in the order in which they were added: their sum is what all of them free together.</summary>
    public IReadOnlyList<long> Measure(CancellationToken cancellationToken)
    {
        foreach (Inode inode in _inodes.Values.Where(inode => inode.Names == inode.Links))
        {
            _bytes[inode.Owner] += inode.Bytes;
        }

        HashSet<Inode> staying = [.. _inodes.Values.Where(inode => inode.Names < inode.Links)];
        List<ExtentRange> kept = [.. _shared.Where(extent => staying.Contains(extent.Inode)).Select(extent => extent.Range)];
        _shared.RemoveAll(extent => staying.Contains(extent.Inode));
        if (_shared.Count > 0)
        {
            AddKept(kept, cancellationToken);
            SharedSpace.Credit(_shared.ConvertAll(extent => (extent.Range, extent.Inode.Owner)), kept, _bytes);
        }

        return _bytes;
    }

    private void Visit(DirectoryHandle directory, ByteString name, in FileStatus status, int owner)
    {
        if (_inodes.TryGetValue((status.Device, status.Inode), out Inode? known))
        {
            known.Names++;
            return;
        }

        FileExtents extents = ExtentsOf(directory, name, in status);
        long allocated = extents.IsInline ? 0 : status.Blocks512 * 512;
        Inode inode = new(owner, status.IsDirectory ? 1 : status.LinkCount)
        {
            Names = 1,
            Bytes = allocated + _tables.CostOf(name.Length, status.Size, extents),
        };
        _inodes.Add((status.Device, status.Inode), inode);
        foreach (ExtentRange range in extents.Shared)
        {
            _shared.Add(new SharedExtent(range, inode));
            inode.Bytes -= (long)(range.End - range.Start);
        }
    }

    /// <summary>The shared extents of all files in trees that stay.</summary>
    private void AddKept(List<ExtentRange> kept, CancellationToken cancellationToken)
    {
        foreach (string tree in Directory.EnumerateDirectories(Path.Join(root, "t")))
        {
            string path = $"t/{Path.GetFileName(tree)}";
            if (!_paths.Contains(path))
            {
                InodeWalk.Walk(
                    root,
                    path,
                    (DirectoryHandle directory, ByteString name, in FileStatus status) => kept.AddRange(ExtentsOf(directory, name, in status).Shared),
                    cancellationToken);
            }
        }
    }

    private FileExtents ExtentsOf(DirectoryHandle directory, ByteString name, in FileStatus status)
    {
        if (status.Type == FileType.SymbolicLink && _tables.IsBtrfs)
        {
            return FileExtents.None with { IsInline = true };
        }

        if (!_tables.HasReflinks || status.Type != FileType.RegularFile || status.Blocks512 == 0)
        {
            return FileExtents.None;
        }

        try
        {
            using SafeFileHandle file = directory.OpenUnchecked(name);
            return FileExtents.Read(file, name);
        }
        catch (LayerStoreException e) when (e.Kind == ErrorKind.NotFound)
        {
            return FileExtents.None; // A container has just removed it.
        }
    }

    private sealed class Inode(int owner, uint links)
    {
        public int Owner => owner;

        public uint Links => links;

        public uint Names { get; set; }

        public long Bytes { get; set; }
    }

    private sealed record SharedExtent(ExtentRange Range, Inode Inode);
}
