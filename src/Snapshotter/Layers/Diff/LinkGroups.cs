using LayerStore;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Diff;

/// <summary>Which names of a tree are hard links to one file. Only names of files with several links are kept in memory.</summary>
internal sealed class LinkGroups
{
    private readonly Dictionary<(ulong Device, ulong Inode), LinkGroup> _groups = [];

    private LinkGroups()
    {
    }

    /// <summary>All groups.</summary>
    public IReadOnlyCollection<LinkGroup> All => _groups.Values;

    /// <summary>The names of a file that has several links.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.Aborted"/>: the walk did not find it.</exception>
    public LinkGroup Of(ByteString path, FileStatus file) =>
        _groups.TryGetValue((file.Device, file.Inode), out LinkGroup? group) ? group : throw ChangedFile.Error(path);

    /// <summary>Walks a tree, in canonical order.</summary>
    /// <param name="root">The tree's root, which is disposed.</param>
    /// <param name="cancellationToken">Stops the walk.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.FailedPrecondition"/>: a path that no layer can hold.</exception>
    public static LinkGroups Scan(DiffDirectory root, CancellationToken cancellationToken)
    {
        LinkGroups groups = new();
        TreeWalk.Visit(root, groups.Add, cancellationToken);
        return groups;
    }

    private void Add(ByteString path, DiffItem item)
    {
        FileStatus file = item.Status;
        if (file.LinkCount > 1 && file.Type != FileType.Directory && item.IsInLayer)
        {
            (ulong, ulong) key = (file.Device, file.Inode);
            if (!_groups.TryGetValue(key, out LinkGroup? group))
            {
                _groups.Add(key, group = new LinkGroup(file));
            }

            group.Add(path);
        }
    }
}
