using LayerStore.Tar;
using Snapshotter.Linux;

namespace Snapshotter.Snapshots.Trees;

/// <summary>Gives one directory the owner, mode, xattrs and times of another, as far as they belong to an image.</summary>
/// <remarks>The mode comes last: a directory that still has the one it was made with may lack the rest.</remarks>
internal static class RootMetadata
{
    private const uint DefaultMode = 0b111_101_101; // rwxr-xr-x

    /// <summary>Gives a new directory what the root of an image without layers has: mode 0755, mtime 0.</summary>
    public static void SetDefault(DirectoryHandle target, IdMapping? mapping = null)
    {
        InheritedAcl.Remove(target, null);
        if (mapping is not null)
        {
            target.SetOwner(null, mapping.MapUser(0), mapping.MapGroup(0));
        }

        target.SetTimes(null, null, Timestamp.Epoch);
        target.SetMode(null, DefaultMode);
    }

    /// <summary>Whether a directory has the owner, mode and xattrs of a new one.</summary>
    public static bool IsDefault(DirectoryHandle directory, OverlayXattrs overlay)
    {
        FileStatus status = directory.Stat();
        return (status.UserId, status.GroupId, status.Mode) == (0, 0, DefaultMode) && directory.ListXattrs(null).All(x => overlay.IsMark(x.Name));
    }

    /// <summary>Whether a directory has all that another one has, as <see cref="Copy"/> leaves it.</summary>
    public static bool IsCopy(DirectoryHandle source, DirectoryHandle target, OverlayXattrs overlay)
    {
        FileStatus from = source.Stat();
        FileStatus to = target.Stat();
        return (from.UserId, from.GroupId, from.Mode, from.ModifiedAt) == (to.UserId, to.GroupId, to.Mode, to.ModifiedAt)
            && Own(source).SetEquals(Own(target));

        HashSet<Xattr> Own(DirectoryHandle directory) => [.. directory.ListXattrs(null).Where(x => !overlay.IsMark(x.Name))];
    }

    /// <summary>Copies them.</summary>
    /// <param name="source">The directory to copy from.</param>
    /// <param name="target">The directory to change; a new one.</param>
    /// <param name="overlay">What overlay's own xattrs are called, which stay where they are.</param>
    /// <param name="mapping">Who the owner is for the target; null for the same.</param>
    public static void Copy(DirectoryHandle source, DirectoryHandle target, OverlayXattrs overlay, IdMapping? mapping = null)
    {
        InheritedAcl.Remove(target, null);
        FileStatus status = source.Stat();
        target.SetOwner(null, mapping?.MapUser(status.UserId) ?? status.UserId, mapping?.MapGroup(status.GroupId) ?? status.GroupId);
        foreach (Xattr xattr in source.ListXattrs(null))
        {
            if (!overlay.IsMark(xattr.Name))
            {
                target.SetXattr(null, xattr.Name, xattr.Value);
            }
        }

        target.SetTimes(null, null, status.ModifiedAt);
        target.SetMode(null, status.Mode);
    }
}
