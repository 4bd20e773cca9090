using LayerStore;
using LayerStore.Tar;

namespace Snapshotter.Layers;

/// <summary>
/// Attributes that a file has because of where it lies, not because of the image: a layer has none of them, and applying one
/// leaves them as they are (docs/decisions/0008).
/// </summary>
internal static class HostXattrs
{
    /// <summary>Whether an attribute is the host's.</summary>
    /// <remarks>SELinux labels are the policy's of the host. XFS shows a file's ACL a second time as <c>trusted.SGI_ACL_*</c> (fs/xfs/xfs_acl.c).</remarks>
    public static bool Contains(ByteString name) => name.Span.SequenceEqual("security.selinux"u8) || name.StartsWith("trusted.SGI_"u8);

    /// <summary>A file's attributes without the host's.</summary>
    public static IReadOnlyList<Xattr> Without(IReadOnlyList<Xattr> xattrs)
    {
        foreach (Xattr xattr in xattrs)
        {
            if (Contains(xattr.Name))
            {
                return [.. xattrs.Where(static x => !Contains(x.Name))];
            }
        }

        return xattrs;
    }
}
