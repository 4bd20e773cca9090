using LayerStore;
using Microsoft.Win32.SafeHandles;

namespace Snapshotter.Linux;

/// <summary>Makes data durable.</summary>
internal static class FileSystemSync
{
    /// <summary>Writes back all of the file system that the descriptor is on.</summary>
    /// <remarks>Open the descriptor before the first write: only then it reports their write-back errors (syncfs(2)).</remarks>
    /// <exception cref="LayerStoreException">The data may be lost: discard it and start over, never try again.</exception>
    public static void SyncFileSystem(SafeFileHandle descriptor)
    {
        while (Libc.syncfs(descriptor) < 0)
        {
            if (!LinuxError.Interrupted)
            {
                LinuxError.Throw("write back", "the file system");
            }
        }
    }

    /// <summary>Makes a directory's names durable.</summary>
    public static void SyncDirectory(string path)
    {
        using SafeFileHandle directory = OpenDirectory(path);
        while (Libc.fsync(directory) < 0)
        {
            if (!LinuxError.Interrupted)
            {
                LinuxError.Throw("write back the directory", path);
            }
        }
    }

    /// <summary>Opens a directory of the store for <see cref="SyncFileSystem"/>.</summary>
    public static SafeFileHandle OpenDirectory(string path) => RootDirectory.OpenTrusted(path, Libc.O_RDONLY);
}
