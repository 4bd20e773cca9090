using LayerStore;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Diff;

/// <summary>Which names of a tree are hard links to one file. Only names of files with several links are kept in memory.</summary>
internal sealed class LinkGroups
{
    private readonly Dictionary<(ulong Device, ulong Inode), List<ByteString>> _groups = [];

    /// <summary>No groups.</summary>
    public static LinkGroups None { get; } = new();

    /// <summary>All names of files with several links.</summary>
    public IEnumerable<ByteString> AllNames => _groups.Values.SelectMany(static names => names);

    /// <summary>The names that a file has in this tree, in canonical order; none if it has but one link.</summary>
    public IReadOnlyList<ByteString> NamesOf(FileStatus file) =>
        _groups.TryGetValue((file.Device, file.Inode), out List<ByteString>? names) ? names : [];

    /// <summary>Walks a tree. The directory stays the caller's.</summary>
    /// <param name="root">The tree's root.</param>
    /// <param name="found">Told each file that is no directory.</param>
    /// <param name="cancellationToken">Stops the walk.</param>
    public static LinkGroups Scan(DiffDirectory root, Action<ByteString>? found, CancellationToken cancellationToken)
    {
        LinkGroups groups = new();
        TreeWalk.Visit(
            root,
            (_, path, item) =>
            {
                if (item.IsInLayer && item.Status.Type != FileType.Directory)
                {
                    found?.Invoke(path);
                    groups.Add(path, item.Status);
                }
            },
            cancellationToken);
        return groups;
    }

    private void Add(ByteString path, FileStatus file)
    {
        if (file.LinkCount > 1)
        {
            (ulong, ulong) key = (file.Device, file.Inode);
            if (!_groups.TryGetValue(key, out List<ByteString>? names))
            {
                _groups.Add(key, names = []);
            }

            names.Add(path);
        }
    }
}
