using LayerStore;
using LayerStore.Tar;
using Snapshotter.Linux;

namespace Snapshotter.Snapshots.Trees;

/// <summary>Gives one directory the owner, mode, xattrs and times of another, as far as they belong to an image.</summary>
internal static class RootMetadata
{
    private const uint DefaultMode = 0b111_101_101; // rwxr-xr-x

    /// <summary>Copies them.</summary>
    /// <param name="source">The directory to copy from; null: mode 0755, mtime 0.</param>
    /// <param name="target">The directory to change; a new one.</param>
    /// <param name="overlayPrefix">What overlay's own xattrs begin with: these stay where they are.</param>
    public static void Copy(DirectoryHandle? source, DirectoryHandle target, ByteString overlayPrefix)
    {
        // What the store's own directories hand down by default is no part of the image.
        foreach (Xattr inherited in target.ListXattrs(null).Where(x => x.Name.StartsWith("system.posix_acl_"u8)))
        {
            target.RemoveXattr(null, inherited.Name);
        }

        if (source is null)
        {
            target.SetMode(null, DefaultMode);
            target.SetTimes(null, null, Timestamp.Epoch);
            return;
        }

        FileStatus status = source.Stat();
        target.SetOwner(null, status.UserId, status.GroupId);
        foreach (Xattr xattr in source.ListXattrs(null))
        {
            if (!IsOverlayMark(xattr.Name, overlayPrefix))
            {
                target.SetXattr(null, xattr.Name, xattr.Value);
            }
        }

        target.SetMode(null, status.Mode);
        target.SetTimes(null, null, status.ModifiedAt);
    }

    // trusted.overlay.overlay.x is an escaped trusted.overlay.x of the image (kernel, overlayfs.rst, "Nesting").
    private static bool IsOverlayMark(ByteString name, ByteString prefix) =>
        name.StartsWith(prefix.Span) && !name.Slice(prefix.Length).StartsWith("overlay."u8);
}
