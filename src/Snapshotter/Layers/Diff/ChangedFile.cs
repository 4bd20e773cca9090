using LayerStore;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Diff;

/// <summary>Notices files that somebody else changes while a layer is made of them.</summary>
internal static class ChangedFile
{
    /// <summary>Throws if a file is not what it was. The change time moves with every write and every change of metadata.</summary>
    public static void ThrowIfChanged(ByteString path, FileStatus before, FileStatus? after)
    {
        if (after is not { } now || now.Inode != before.Inode || now.Size != before.Size
            || now.ModifiedAt != before.ModifiedAt || now.ChangedAt != before.ChangedAt)
        {
            throw Error(path);
        }
    }

    /// <summary>Whether a file could not be opened because it is gone, or something else has its name now.</summary>
    public static bool IsCauseOf(LinuxException error) => error.Errno is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP or Errno.ENXIO;

    /// <summary>The error: trying again may help.</summary>
    public static LayerStoreException Error(ByteString path) => new(
        ErrorKind.Aborted,
        $"{path} changed while it was read",
        "Stop or pause what writes to it, then try again.");
}
