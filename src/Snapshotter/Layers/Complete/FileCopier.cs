using LayerStore;
using LayerStore.Tar;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Complete;

/// <summary>Copies files with all their metadata from what an overlay shows into a stored layer.</summary>
internal sealed class FileCopier(string xattrNamespace)
{
    private readonly OverlayXattrs _overlay = new(xattrNamespace);

    /// <summary>Copies a file of any type but a directory to a name that is free.</summary>
    public void Copy(DirectoryHandle from, ByteString fromName, FileStatus status, DirectoryHandle to, ByteString toName)
    {
        FileCopy.Copy(from, fromName, status, to, toName);
        if (status.Type != FileType.SymbolicLink)
        {
            InheritedAcl.Remove(to, toName);
        }

        CopyMetadata(from, fromName, status, to, toName);
    }

    /// <summary>Copies owner, xattrs, mode and time; a null name is the directory itself.</summary>
    public void CopyMetadata(DirectoryHandle from, ByteString? fromName, FileStatus status, DirectoryHandle to, ByteString? toName)
    {
        to.SetOwner(toName, status.UserId, status.GroupId);
        foreach (Xattr xattr in from.ListXattrs(fromName))
        {
            if (xattr.Name.Span.SequenceEqual("security.selinux"u8))
            {
                continue; // The host's policy labels files.
            }

            // A mount shows one level of escapes less than the layer has (kernel: overlayfs.rst, "Nesting overlayfs mounts").
            to.SetXattr(toName, _overlay.Escape(xattr.Name), xattr.Value);
        }

        if (status.Type != FileType.SymbolicLink)
        {
            to.SetMode(toName, status.Mode);
        }

        to.SetTimes(toName, null, status.ModifiedAt);
    }

    /// <summary>What a directory is like that no layer describes: 0755, root, time 0.</summary>
    public static void SetDefaults(DirectoryHandle directory)
    {
        InheritedAcl.Remove(directory, null);
        directory.SetOwner(null, 0, 0);
        directory.SetMode(null, 0x1ed);
        directory.SetTimes(null, null, Timestamp.Epoch);
    }
}
