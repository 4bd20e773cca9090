using LayerStore;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Diff;

/// <summary>
/// Decides which files with several names a layer may leave out (docs/decisions/0006). Trees are walked for their names only
/// when a file asks for it.
/// </summary>
/// <remarks>
/// All names that a file has in the newer tree go into the layer, or none. None, if the file is as it was under each of them, they
/// were names of one file before, and no other file that is left out was among that one's names: applying the layer
/// takes names away from a file, but never makes two files of one that the layer does not mention.
/// </remarks>
/// <param name="openNewer">Opens the root of the newer tree.</param>
/// <param name="older">The older tree; null if there is none.</param>
/// <param name="cancellationToken">Stops.</param>
internal sealed class HardLinks(Func<DiffDirectory> openNewer, RootDirectory? older, CancellationToken cancellationToken)
{
    private readonly HashSet<(ulong Device, ulong Inode)> _claimed = [];
    private LinkGroups? _newerGroups;
    private LinkGroups? _olderGroups;

    /// <summary>The groups of the newer tree.</summary>
    public LinkGroups Newer => _newerGroups ??= LinkGroups.Scan(openNewer(), cancellationToken);

    /// <summary>The names of a file of the newer tree; null if it has but one.</summary>
    public LinkGroup? Of(ByteString path, FileStatus newer) => newer.LinkCount == 1 ? null : Newer.Of(path, newer);

    /// <summary>Whether a file may be left out, as it is what it was under its first name. Asked once a file, in canonical order.</summary>
    /// <param name="path">The first name.</param>
    /// <param name="group">All names in the newer tree; null if it has one.</param>
    /// <param name="was">The file in the older tree.</param>
    public bool TryKeep(ByteString path, LinkGroup? group, FileStatus was)
    {
        int count = group?.Names.Count ?? 1;
        if (was.LinkCount == 1 && count == 1)
        {
            return true;
        }

        (ulong, ulong) file = (was.Device, was.Inode);
        if (count > was.LinkCount || (group is not null && group.Names.Any(name => StatOlder(name) is not { } other || (other.Device, other.Inode) != file)))
        {
            return false;
        }

        // If these are all the names that the file had, no other file can claim it. Else the first one decides for all.
        return count == was.LinkCount || (_claimed.Add(file) && !LivesOnBelow(path, was));
    }

    /// <summary>Whether the older file shows in the newer tree under a name that the newer tree does not list, as an upper does not
    /// list what it leaves alone.</summary>
    private bool LivesOnBelow(ByteString path, FileStatus was)
    {
        using DiffDirectory root = openNewer();
        if (root.IsComplete)
        {
            return false;
        }

        _olderGroups ??= LinkGroups.Scan(new TreeDirectory(older!.OpenSelf()), cancellationToken);
        return _olderGroups.Of(path, was).Names.Any(name => !IsListedOrGone(name));
    }

    private bool IsListedOrGone(ByteString path)
    {
        Stack<ByteString> rest = new(LayerPath.Reversed(path));
        DiffDirectory directory = openNewer();
        try
        {
            while (rest.TryPop(out ByteString name))
            {
                if (directory.Find(name) is not { } item)
                {
                    return directory.IsComplete;
                }

                if (rest.Count == 0 || item.IsWhiteout || item.Status.Type != FileType.Directory)
                {
                    return true;
                }

                DiffDirectory child = directory.OpenChild(item);
                directory.Dispose();
                directory = child;
            }

            return true;
        }
        finally
        {
            directory.Dispose();
        }
    }

    private FileStatus? StatOlder(ByteString path)
    {
        // In two steps: a path may have 4,096 bytes, one more than the kernel takes with a NUL.
        (ByteString parent, ByteString name) = LayerPath.Split(path);
        using DirectoryHandle? directory = older?.TryOpenRealDirectory(parent);
        return directory?.TryStat(name);
    }
}
