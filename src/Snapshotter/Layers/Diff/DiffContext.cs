using LayerStore;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Diff;

/// <summary>What a differ knows of its two trees as wholes.</summary>
internal sealed class DiffContext
{
    private readonly LinkGroups _newer;
    private readonly LinkGroups? _older;
    private readonly HashSet<ByteString> _kept;

    private DiffContext(LinkGroups newer, LinkGroups? older, HashSet<ByteString> kept)
    {
        _newer = newer;
        _older = older;
        _kept = kept;
    }

    /// <summary>Whether both trees are mounts over the same directories, so that an inode number with the same change time is
    /// the same file and needs no reading.</summary>
    public bool SharesInodes { get; init; }

    /// <summary>Told what the differ finds.</summary>
    public required DiffObserver Observer { get; init; }

    /// <summary>
    /// Looks at an upper only: the older tree is not walked, because only what is new may cost time. So a link group of the
    /// upper, and a file that has more names below, always count as changed.
    /// </summary>
    public static DiffContext ForUpper(DiffDirectory upper, DiffObserver observer, CancellationToken cancellationToken) =>
        new(LinkGroups.Scan(upper, null, cancellationToken), null, []) { Observer = observer };

    /// <summary>Looks at two whole trees.</summary>
    public static DiffContext ForTrees(DiffDirectory newer, DiffDirectory? older, bool sharesInodes, DiffObserver observer, CancellationToken cancellationToken)
    {
        LinkGroups olderLinks = older is null ? LinkGroups.None : LinkGroups.Scan(older, null, cancellationToken);
        HashSet<ByteString> candidates = [.. olderLinks.AllNames];
        HashSet<ByteString> kept = [];
        LinkGroups newerLinks = LinkGroups.Scan(
            newer,
            path =>
            {
                if (candidates.Contains(path))
                {
                    kept.Add(path);
                }
            },
            cancellationToken);
        return new DiffContext(newerLinks, olderLinks, kept) { SharesInodes = sharesInodes, Observer = observer };
    }

    /// <summary>The names that a file has in the newer tree, if it has several.</summary>
    public IReadOnlyList<ByteString> NamesOf(FileStatus newer) => newer.LinkCount > 1 ? _newer.NamesOf(newer) : [];

    /// <summary>Whether the older file had no other name, or none that is still there.</summary>
    public bool IsOnlyName(ByteString path, FileStatus older) => older.LinkCount == 1 || HasSameNames([path], older);

    /// <summary>Whether these names are all that the older file had, less those that are gone.</summary>
    public bool HasSameNames(IReadOnlyList<ByteString> names, FileStatus older) =>
        _older is not null && _older.NamesOf(older).Where(_kept.Contains).SequenceEqual(names);
}
