using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LayerStore.Linux;

/// <summary>The system calls that the store needs and the BCL does not offer. Only <see cref="PosixFile"/> and <see cref="PageCache"/> call them.</summary>
internal static unsafe partial class Libc
{
    public const int O_RDONLY = 0;
    public const int O_RDWR = 2;
    public const int O_CREAT = 0x40;
    public const int O_EXCL = 0x80;
    public const int O_NONBLOCK = 0x800;
    public const int O_CLOEXEC = 0x80000;

    public const int LOCK_SH = 1;
    public const int LOCK_EX = 2;
    public const int LOCK_NB = 4;
    public const int LOCK_UN = 8;

    public const int W_OK = 2;
    public const int AT_FDCWD = -100;
    public const int AT_SYMLINK_NOFOLLOW = 0x100;
    public const int AT_EMPTY_PATH = 0x1000;
    public const uint STATX_BASIC_STATS = 0x7ff;
    public const uint SYNC_FILE_RANGE_WRITE = 2;
    public const int POSIX_FADV_DONTNEED = 4;

    /// <summary>pwritev2(2), include/uapi/linux/fs.h: since Linux 6.14.</summary>
    public const int RWF_DONTCACHE = 0x80;

    private const int SYS_cachestat = 451; // Since Linux 6.5; the same on every architecture.

    // Two flags whose values the ARM ports of Linux swapped.
    private static readonly bool s_arm = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm;

    public static int O_DIRECTORY => s_arm ? 0x4000 : 0x10000;

    public static int O_NOFOLLOW => s_arm ? 0x8000 : 0x20000;

    // A handle that the marshaller makes, it makes by reflection: the first one takes milliseconds.
    public static SafeFileHandle open(string path, int flags, uint mode) => new(open_number(path, flags, mode), ownsHandle: true);

    public static SafeFileHandle openat(SafeFileHandle directory, string path, int flags, uint mode) =>
        new(openat_number(directory, path, flags, mode), ownsHandle: true);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open_number(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int openat_number(SafeFileHandle directory, string path, int flags, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fsync(SafeFileHandle file);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int syncfs(SafeFileHandle file);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int sync_file_range(SafeFileHandle file, long offset, long length, uint flags);

    [LibraryImport("libc")]
    public static partial int posix_fadvise(SafeFileHandle file, long offset, long length, int advice);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint pwritev2(SafeFileHandle file, IoVector* parts, int count, long offset, int flags);

    public static long cachestat(SafeFileHandle file, CacheRange* range, CacheStatus* result) => syscall_cachestat(SYS_cachestat, file, range, result, 0);

    // syscall(2) is variadic; integers and pointers travel as in an ordinary call.
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long syscall_cachestat(long number, SafeFileHandle file, CacheRange* range, CacheStatus* result, uint flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int flock(SafeFileHandle file, int operation);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int access(string path, int mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int mkdir(string path, uint mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int rename(string from, string to);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int unlink(string path);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int rmdir(string path);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int statx(int directory, string path, int flags, uint mask, out StatxBuffer result);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int statx(SafeFileHandle file, string path, int flags, uint mask, out StatxBuffer result);

    /// <summary><c>struct iovec</c>, readv(2).</summary>
    public struct IoVector
    {
        public void* Start;
        public nint Length;
    }

    /// <summary><c>struct cachestat_range</c>, include/uapi/linux/mman.h.</summary>
    public struct CacheRange
    {
        public ulong Offset;
        public ulong Length;
    }

    /// <summary><c>struct cachestat</c>, the same file: numbers of pages.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct CacheStatus
    {
        public ulong Cached;
        public ulong Dirty;
        public ulong BeingWritten;
        public ulong Evicted;
        public ulong RecentlyEvicted;
    }

    /// <summary><c>struct statx</c>, include/uapi/linux/stat.h: unlike struct stat the same on every architecture.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct StatxBuffer
    {
        [FieldOffset(4)]
        public uint BlockSize;

        [FieldOffset(16)]
        public uint LinkCount;

        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(40)]
        public ulong Size;

        [FieldOffset(112)]
        public long ModifiedSeconds;

        [FieldOffset(120)]
        public uint ModifiedNanoseconds;

        [FieldOffset(136)]
        public uint DeviceMajor;

        [FieldOffset(140)]
        public uint DeviceMinor;
    }
}
