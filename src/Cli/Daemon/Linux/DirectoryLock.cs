using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LayerStore.Daemon.Linux;

/// <summary>A lock (flock(2)) on a directory itself: it leaves no file. Whoever changes a socket's name in it has it for that moment.</summary>
internal sealed class DirectoryLock : IDisposable
{
    private readonly SafeFileHandle _directory;

    private DirectoryLock(SafeFileHandle directory) => _directory = directory;

    /// <summary>Waits for the lock.</summary>
    /// <exception cref="LayerStoreException">The directory cannot be opened.</exception>
    public static DirectoryLock Take(string path)
    {
        SafeFileHandle directory = Libc.open(path, Libc.O_DIRECTORY | Libc.O_CLOEXEC);
        if (directory.IsInvalid || Libc.flock(directory, Libc.LOCK_EX) != 0)
        {
            string reason = new Win32Exception(Marshal.GetLastPInvokeError()).Message;
            directory.Dispose();
            throw new LayerStoreException(ErrorKind.PermissionDenied, $"cannot lock {Printable.Text(path)}: {Printable.Text(reason)}");
        }

        return new DirectoryLock(directory);
    }

    /// <summary>Frees the lock.</summary>
    public void Dispose() => _directory.Dispose();
}
