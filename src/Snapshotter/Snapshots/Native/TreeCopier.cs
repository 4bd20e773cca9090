using LayerStore;
using LayerStore.Tar;
using Snapshotter.Linux;
using Snapshotter.Snapshots.Trees;

namespace Snapshotter.Snapshots.Native;

/// <summary>Copies a tree that does not change, with everything that a layer can say about a file.</summary>
/// <remarks>
/// Content is shared with the source where the file system can (reflink). A hard-linked inode is first also linked into
/// a scratch directory, so that its next name can be made however far away it is, without long paths or open handles.
/// </remarks>
internal sealed class TreeCopier
{
    private const uint PrivateDirectory = 0b111_000_000; // rwx------

    private readonly DirectoryHandle _scratch;
    private readonly CancellationToken _cancellationToken;
    private readonly HashSet<(ulong Device, ulong Inode)> _linked = [];
    private readonly Stack<Level> _open = new();

    private TreeCopier(DirectoryHandle scratch, CancellationToken cancellationToken)
    {
        _scratch = scratch;
        _cancellationToken = cancellationToken;
    }

    /// <summary>Copies one directory's content and metadata to another.</summary>
    /// <param name="source">The directory to copy.</param>
    /// <param name="target">An empty directory.</param>
    /// <param name="scratch">An empty directory on the target's file system; it is left full.</param>
    /// <param name="cancellationToken">Stops halfway.</param>
    public static void Copy(string source, string target, DirectoryHandle scratch, CancellationToken cancellationToken) =>
        new TreeCopier(scratch, cancellationToken).Run(source, target);

    private void Run(string source, string target)
    {
        try
        {
            Enter(TrustedDirectory.Open(source), () => TrustedDirectory.Open(target));
            while (_open.TryPeek(out Level? level))
            {
                _cancellationToken.ThrowIfCancellationRequested();
                if (level.Items.MoveNext())
                {
                    CopyEntry(level.Source, level.Target, level.Items.Current.Name);
                    continue;
                }

                // Last, for each new entry changes the directory's times, and a default ACL would reach the children.
                CopyMetadata(level.Source, level.Target, null, level.Source.Stat());
                _open.Pop().Dispose();
            }
        }
        finally
        {
            foreach (Level level in _open)
            {
                level.Dispose();
            }
        }
    }

    private void CopyEntry(DirectoryHandle source, DirectoryHandle target, ByteString name)
    {
        FileStatus status = source.TryStat(name)
            ?? throw new LayerStoreException(ErrorKind.Aborted, $"{name} vanished while it was copied", "Try again.");
        if (status.Type == FileType.Directory)
        {
            target.MakeDirectory(name, PrivateDirectory);
            Enter(source.OpenChild(name), () => target.OpenChild(name));
            return;
        }

        bool isLinked = status.LinkCount > 1;
        ByteString scratchName = isLinked ? ByteString.FromText($"{status.Device:x}-{status.Inode:x}") : default;
        if (isLinked && _linked.Contains((status.Device, status.Inode)))
        {
            target.LinkFrom(_scratch, scratchName, name);
            return;
        }

        FileCopy.Copy(source, name, status, target, name);
        CopyMetadata(source, target, name, status);
        if (isLinked)
        {
            _scratch.LinkFrom(target, name, scratchName);
            _linked.Add((status.Device, status.Inode));
        }
    }

    // chown clears setuid and capabilities, so it comes first.
    private static void CopyMetadata(DirectoryHandle source, DirectoryHandle target, ByteString? name, FileStatus status)
    {
        target.SetOwner(name, status.UserId, status.GroupId);
        foreach (Xattr xattr in source.ListXattrs(name))
        {
            target.SetXattr(name, xattr.Name, xattr.Value);
        }

        if (status.Type != FileType.SymbolicLink)
        {
            target.SetMode(name, status.Mode);
        }

        target.SetTimes(name, null, status.ModifiedAt);
    }

    private void Enter(DirectoryHandle source, Func<DirectoryHandle> openTarget)
    {
        DirectoryHandle? target = null;
        try
        {
            target = openTarget();
            _open.Push(new Level(source, target, source.List().GetEnumerator()));
        }
        catch
        {
            source.Dispose();
            target?.Dispose();
            throw;
        }
    }

    private sealed record Level(DirectoryHandle Source, DirectoryHandle Target, IEnumerator<DirectoryItem> Items) : IDisposable
    {
        public void Dispose()
        {
            Source.Dispose();
            Target.Dispose();
            Items.Dispose();
        }
    }
}
