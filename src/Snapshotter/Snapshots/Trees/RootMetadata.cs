using LayerStore.Tar;
using Snapshotter.Linux;

namespace Snapshotter.Snapshots.Trees;

/// <summary>Gives one directory the owner, mode, xattrs and times of another, as far as they belong to an image.</summary>
internal static class RootMetadata
{
    private const uint DefaultMode = 0b111_101_101; // rwxr-xr-x

    /// <summary>Gives a new directory what the root of an image without layers has: mode 0755, mtime 0.</summary>
    public static void SetDefault(DirectoryHandle target)
    {
        RemoveInherited(target);
        target.SetMode(null, DefaultMode);
        target.SetTimes(null, null, Timestamp.Epoch);
    }

    /// <summary>Copies them.</summary>
    /// <param name="source">The directory to copy from.</param>
    /// <param name="target">The directory to change; a new one.</param>
    /// <param name="overlay">What overlay's own xattrs are called, which stay where they are.</param>
    public static void Copy(DirectoryHandle source, DirectoryHandle target, OverlayXattrs overlay)
    {
        RemoveInherited(target);
        FileStatus status = source.Stat();
        target.SetOwner(null, status.UserId, status.GroupId);
        foreach (Xattr xattr in source.ListXattrs(null))
        {
            if (!overlay.IsMark(xattr.Name))
            {
                target.SetXattr(null, xattr.Name, xattr.Value);
            }
        }

        target.SetMode(null, status.Mode);
        target.SetTimes(null, null, status.ModifiedAt);
    }

    // What the store's own directories hand down by default is no part of the image.
    private static void RemoveInherited(DirectoryHandle target)
    {
        foreach (Xattr inherited in target.ListXattrs(null).Where(x => x.Name.StartsWith("system.posix_acl_"u8)))
        {
            target.RemoveXattr(null, inherited.Name);
        }
    }
}
