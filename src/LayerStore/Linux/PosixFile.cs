using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LayerStore.Linux;

/// <summary>Files and directories of the store itself, by the system's own rules: no link is followed, and a sync that fails is an error.</summary>
/// <remarks>The paths are the store's (a root that the user chose and names made of digests and numbers), never an image's.</remarks>
internal static class PosixFile
{
    private const uint PrivateFile = 0x180; // 0600
    private const uint PrivateDirectory = 0x1c0; // 0700
    private const int TypeMask = 0xf000;
    private const int RegularFile = 0x8000;

    /// <summary>Opens a regular file for reading; null if nothing of that name is here.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: the name is a link, FIFO, device or directory.</exception>
    public static SafeFileHandle? OpenRegular(string path, string what, out FileStat stat)
    {
        // O_NONBLOCK: a FIFO without a writer would hold open(2) for ever.
        SafeFileHandle? file = TryOpen(null, path, Libc.O_RDONLY | Libc.O_NONBLOCK | Libc.O_NOFOLLOW, out int errno);
        return CheckRegular(file, errno, what, out stat);
    }

    /// <summary>
    /// As <see cref="OpenRegular"/>, in a directory that others made: the directories on the way are no links either. What is no
    /// regular file is not even opened, since that can do something to a device.
    /// </summary>
    /// <param name="directory">The directory; its own path may be a link.</param>
    /// <param name="path">The path in it, of plain names.</param>
    /// <param name="what">The file, for messages.</param>
    /// <param name="stat">What it is.</param>
    public static SafeFileHandle? OpenRegularIn(string directory, string path, string what, out FileStat stat)
    {
        stat = default;
        SafeFileHandle current = OpenDirectory(directory);
        try
        {
            string[] names = path.Split('/');
            foreach (string name in names.AsSpan(..^1))
            {
                SafeFileHandle? next = TryOpen(current, name, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_NOFOLLOW, out int error);
                if (next is null)
                {
                    return error switch
                    {
                        Errno.ENOENT => null,
                        Errno.ENOTDIR or Errno.ELOOP => throw NotRegular($"{name}, on the way to {what},", "directory"),
                        _ => throw IoErrors.FromErrno(error, $"open {what}"),
                    };
                }

                current.Dispose();
                current = next;
            }

            if (Libc.statx(current, names[^1], Libc.AT_SYMLINK_NOFOLLOW, Libc.STATX_BASIC_STATS, out Libc.StatxBuffer buffer) == 0
                && !ToStat(buffer).IsRegular)
            {
                throw NotRegular(what);
            }

            SafeFileHandle? file = TryOpen(current, names[^1], Libc.O_RDONLY | Libc.O_NONBLOCK | Libc.O_NOFOLLOW, out int errno);
            return CheckRegular(file, errno, what, out stat);
        }
        finally
        {
            current.Dispose();
        }
    }

    /// <summary>Opens a file for reading and writing, and makes it, mode 0600, if it is not there; null if its directory is not there.</summary>
    public static SafeFileHandle? OpenOrCreate(string path, string what)
    {
        SafeFileHandle? file = TryOpen(null, path, Libc.O_RDWR | Libc.O_CREAT | Libc.O_NONBLOCK | Libc.O_NOFOLLOW, out int errno);
        return file is not null || errno == Errno.ENOENT ? file : throw IoErrors.FromErrno(errno, $"open {what}");
    }

    /// <summary>Makes an empty file, mode 0600; false if the name is taken.</summary>
    public static bool TryCreate(string path, string what)
    {
        using SafeFileHandle? file = TryOpen(null, path, Libc.O_RDWR | Libc.O_CREAT | Libc.O_EXCL | Libc.O_NOFOLLOW, out int errno);
        return file is not null || (errno == Errno.EEXIST ? false : throw IoErrors.FromErrno(errno, $"make {what}"));
    }

    /// <summary>Metadata of a name, a link not followed; null if nothing of that name is here.</summary>
    public static FileStat? StatPath(string path, string what)
    {
        if (Libc.statx(Libc.AT_FDCWD, path, Libc.AT_SYMLINK_NOFOLLOW, Libc.STATX_BASIC_STATS, out Libc.StatxBuffer buffer) == 0)
        {
            return ToStat(buffer);
        }

        int errno = Marshal.GetLastPInvokeError();
        return errno is Errno.ENOENT or Errno.ENOTDIR ? null : throw IoErrors.FromErrno(errno, $"look at {what}");
    }

    /// <summary>Metadata of an open file.</summary>
    public static FileStat Stat(SafeFileHandle file, string what) =>
        Libc.statx(file, string.Empty, Libc.AT_EMPTY_PATH, Libc.STATX_BASIC_STATS, out Libc.StatxBuffer buffer) == 0
            ? ToStat(buffer)
            : throw LastError($"look at {what}");

    /// <summary>The size in bytes of the blocks that the file system gives to this file.</summary>
    public static int BlockSize(string path, string what) =>
        Libc.statx(Libc.AT_FDCWD, path, Libc.AT_SYMLINK_NOFOLLOW, Libc.STATX_BASIC_STATS, out Libc.StatxBuffer buffer) == 0
            ? (int)Math.Min(buffer.BlockSize, int.MaxValue)
            : throw LastError($"look at {what}");

    /// <summary>Whether files can be made in a directory: false on a read-only file system and without the right.</summary>
    public static bool IsWritable(string directory) => Libc.access(directory, Libc.W_OK) == 0;

    /// <summary>Makes a directory, mode 0700; false if the name is taken.</summary>
    public static bool TryMakeDirectory(string path, string what)
    {
        if (Libc.mkdir(path, PrivateDirectory) == 0)
        {
            return true;
        }

        int errno = Marshal.GetLastPInvokeError();
        return errno == Errno.EEXIST ? false : throw IoErrors.FromErrno(errno, $"make {what}");
    }

    /// <summary>Makes a directory and those above it that are missing, each of them durably; what is there stays.</summary>
    public static void MakeDirectories(string path)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        string parent = Path.GetDirectoryName(path) ?? "/";
        MakeDirectories(parent);
        Directory.CreateDirectory(path);
        SyncDirectory(parent);
    }

    /// <summary>Renames within one file system, replacing what has the new name.</summary>
    public static void Rename(string from, string to, string what)
    {
        if (Libc.rename(from, to) != 0)
        {
            throw LastError($"rename {what}");
        }
    }

    /// <summary>Removes a file or link; false if it was not there.</summary>
    public static bool TryUnlink(string path, string what)
    {
        if (Libc.unlink(path) == 0)
        {
            return true;
        }

        int errno = Marshal.GetLastPInvokeError();
        return errno is Errno.ENOENT or Errno.ENOTDIR ? false : throw IoErrors.FromErrno(errno, $"remove {what}");
    }

    /// <summary>Removes a file that is in nobody's way, if that can be done: for the end of a call that has its own error to tell.</summary>
    public static void Discard(string path) => _ = Libc.unlink(path);

    /// <summary>Removes a directory if it is empty; false if it is not, or not there.</summary>
    public static bool TryRemoveDirectory(string path, string what)
    {
        if (Libc.rmdir(path) == 0)
        {
            return true;
        }

        int errno = Marshal.GetLastPInvokeError();
        return errno is Errno.ENOENT or Errno.ENOTEMPTY or Errno.EEXIST ? false : throw IoErrors.FromErrno(errno, $"remove {what}");
    }

    /// <summary>Waits until the file's bytes and size are on the disk.</summary>
    /// <exception cref="LayerStoreException">Write-back failed. The pages now count as clean, so a second fsync would
    /// succeed without having written them (Rebello et al., "Can Applications Recover from fsync Failures?", ATC '20):
    /// never retry, discard the file.</exception>
    public static void Sync(SafeFileHandle file, string what)
    {
        while (Libc.fsync(file) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Errno.EINTR)
            {
                throw LastError($"make {what} durable");
            }
        }
    }

    /// <summary>Waits until all of a file system is on the disk.</summary>
    /// <param name="opened">Opened before the first write that matters: only then its errors are told (syncfs(2), since Linux 5.8).</param>
    /// <param name="what">What was written, for messages.</param>
    /// <exception cref="LayerStoreException">As for <see cref="Sync"/>: discard what was written.</exception>
    public static void SyncFileSystem(SafeFileHandle opened, string what)
    {
        while (Libc.syncfs(opened) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Errno.EINTR)
            {
                throw LastError($"make {what} durable");
            }
        }
    }

    /// <summary>Makes the names in a directory durable.</summary>
    public static void SyncDirectory(string path)
    {
        string what = $"directory {Printable.Text(path)}";
        using SafeFileHandle directory = OpenDirectory(path);
        Sync(directory, what);
    }

    /// <summary>Opens a directory, to sync or lock it. A link is followed.</summary>
    public static SafeFileHandle OpenDirectory(string path) =>
        TryOpen(null, path, Libc.O_RDONLY | Libc.O_DIRECTORY, out int errno)
            ?? throw IoErrors.FromErrno(errno, $"open directory {Printable.Text(path)}");

    /// <summary>Dates a file's last change; best effort.</summary>
    public static void TrySetModified(SafeFileHandle file, DateTimeOffset time)
    {
        try
        {
            File.SetLastWriteTimeUtc(file, time.UtcDateTime);
        }
        catch (Exception e) when (IoErrors.IsIo(e))
        {
        }
    }

    /// <summary>Takes a flock(2) without waiting; false if another open file has a conflicting one.</summary>
    public static bool TryLock(SafeFileHandle file, bool exclusive, string what)
    {
        while (Libc.flock(file, (exclusive ? Libc.LOCK_EX : Libc.LOCK_SH) | Libc.LOCK_NB) != 0)
        {
            switch (Marshal.GetLastPInvokeError())
            {
                case Errno.EAGAIN:
                    return false;
                case Errno.EINTR:
                    break;
                default:
                    throw LastError($"lock {what}");
            }
        }

        return true;
    }

    /// <summary>Whether another open file has a flock(2) alone. Nothing stays locked.</summary>
    public static bool IsLocked(SafeFileHandle file, string what)
    {
        if (!TryLock(file, exclusive: false, what))
        {
            return true;
        }

        Unlock(file);
        return false;
    }

    /// <summary>Ends this open file's flock(2). It cannot fail.</summary>
    /// <remarks>To close it is not enough: a child that another thread starts has copies of all descriptors until it runs its program, and a lock
    /// lasts as long as the last copy.</remarks>
    public static void Unlock(SafeFileHandle file) => _ = Libc.flock(file, Libc.LOCK_UN);

    private static SafeFileHandle? CheckRegular(SafeFileHandle? file, int errno, string what, out FileStat stat)
    {
        stat = default;
        if (file is null)
        {
            return errno switch
            {
                Errno.ENOENT or Errno.ENOTDIR => null,
                Errno.ELOOP or Errno.ENXIO => throw NotRegular(what),
                _ => throw IoErrors.FromErrno(errno, $"open {what}"),
            };
        }

        stat = Stat(file, what);
        if (stat.IsRegular)
        {
            return file;
        }

        file.Dispose();
        throw NotRegular(what);
    }

    private static SafeFileHandle? TryOpen(SafeFileHandle? directory, string path, int flags, out int errno)
    {
        while (true)
        {
            SafeFileHandle file = directory is null
                ? Libc.open(path, flags | Libc.O_CLOEXEC, PrivateFile)
                : Libc.openat(directory, path, flags | Libc.O_CLOEXEC, PrivateFile);
            if (!file.IsInvalid)
            {
                errno = 0;
                return file;
            }

            errno = Marshal.GetLastPInvokeError();
            file.Dispose();
            if (errno != Errno.EINTR)
            {
                return null;
            }
        }
    }

    private static FileStat ToStat(in Libc.StatxBuffer buffer) => new(
        (buffer.Mode & TypeMask) == RegularFile,
        (long)Math.Min(buffer.Size, long.MaxValue),
        ToTime(buffer.ModifiedSeconds, buffer.ModifiedNanoseconds),
        (buffer.DeviceMajor, buffer.DeviceMinor, buffer.Inode));

    // A file system may hold times that DateTimeOffset cannot; a blob's time is information, never worth an error.
    private static DateTimeOffset ToTime(long seconds, uint nanoseconds) =>
        seconds is > -62_000_000_000 and < 253_000_000_000
            ? DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(nanoseconds / 100)
            : DateTimeOffset.UnixEpoch;

    private static LayerStoreException LastError(string what) => IoErrors.FromErrno(Marshal.GetLastPInvokeError(), what);

    private static LayerStoreException NotRegular(string what, string type = "regular file") => new(
        ErrorKind.DataLoss, $"{what} is not a {type}", "Somebody put a link, directory, device or FIFO there: remove it.");
}
