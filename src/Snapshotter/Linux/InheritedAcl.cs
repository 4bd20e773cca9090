using LayerStore;
using LayerStore.Tar;

namespace Snapshotter.Linux;

/// <summary>Access lists that a new file or directory got from the default list of the directory it was made in (acl(5)): no part of an image.</summary>
internal static class InheritedAcl
{
    /// <summary>Removes them.</summary>
    /// <param name="directory">The directory that was made, or that holds the file.</param>
    /// <param name="name">The file; null for the directory itself.</param>
    public static void Remove(DirectoryHandle directory, ByteString? name)
    {
        foreach (Xattr inherited in directory.ListXattrs(name).Where(x => x.Name.StartsWith("system.posix_acl_"u8)))
        {
            directory.RemoveXattr(name, inherited.Name);
        }
    }
}
