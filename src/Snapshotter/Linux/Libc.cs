using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Snapshotter.Linux;

/// <summary>
/// The C library's functions, as they are. Numbers and layouts are those that x86-64 and arm64 share; the two open flags
/// that differ are properties. Names are bytes that end in NUL.
/// </summary>
internal static unsafe partial class Libc
{
    public const int O_RDONLY = 0;
    public const int O_WRONLY = 1;
    public const int O_RDWR = 2;
    public const int O_CREAT = 0x40;
    public const int O_EXCL = 0x80;
    public const int O_NONBLOCK = 0x800;
    public const int O_CLOEXEC = 0x80000;
    public const int O_PATH = 0x200000;

    public const int AT_FDCWD = -100;
    public const int AT_SYMLINK_NOFOLLOW = 0x100;
    public const int AT_REMOVEDIR = 0x200;
    public const int AT_EMPTY_PATH = 0x1000;
    public const int AT_RECURSIVE = 0x8000;

    public const uint STATX_BASIC_STATS = 0x7ff;
    public const long UTIME_OMIT = 0x3ffffffe;

    public const int SEEK_SET = 0;
    public const int SEEK_DATA = 3;
    public const int SEEK_HOLE = 4;

    public const ulong FICLONE = 0x40049409;
    public const ulong FS_IOC_FIEMAP = 0xc020660b;
    public const ulong XFS_IOC_FSGEOMETRY_V1 = 0x80705864;
    public const ulong BTRFS_IOC_SPACE_INFO = 0xc0109414;
    public const uint FIEMAP_EXTENT_LAST = 1;
    public const uint FIEMAP_EXTENT_DATA_INLINE = 0x200;
    public const uint FIEMAP_EXTENT_SHARED = 0x2000;

    public const ulong RESOLVE_NO_XDEV = 1;
    public const ulong RESOLVE_NO_MAGICLINKS = 2;
    public const ulong RESOLVE_NO_SYMLINKS = 4;
    public const ulong RESOLVE_IN_ROOT = 0x10;

    public const uint FSOPEN_CLOEXEC = 1;
    public const uint FSMOUNT_CLOEXEC = 1;
    public const uint FSCONFIG_SET_FLAG = 0;
    public const uint FSCONFIG_SET_STRING = 1;
    public const uint FSCONFIG_SET_FD = 5;
    public const uint FSCONFIG_CMD_CREATE = 6;
    public const uint MOVE_MOUNT_F_EMPTY_PATH = 4;
    public const uint MOVE_MOUNT_T_SYMLINKS = 0x10;
    public const uint OPEN_TREE_CLONE = 1;
    public const uint OPEN_TREE_CLOEXEC = O_CLOEXEC;
    public const int MNT_DETACH = 2;
    public const int UMOUNT_NOFOLLOW = 8;
    public const ulong MOUNT_ATTR_IDMAP = 0x00100000;

    public const int LOCK_EX = 2;
    public const int LOCK_NB = 4;

    private const int SYS_open_tree = 428;
    private const int SYS_move_mount = 429;
    private const int SYS_fsopen = 430;
    private const int SYS_fsconfig = 431;
    private const int SYS_fsmount = 432;
    private const int SYS_openat2 = 437;
    private const int SYS_mount_setattr = 442;

    private static readonly bool s_arm = RuntimeInformation.ProcessArchitecture is Architecture.Arm64;

    public static int O_DIRECTORY => s_arm ? 0x4000 : 0x10000;

    public static int O_NOFOLLOW => s_arm ? 0x8000 : 0x20000;

    [LibraryImport("libc", SetLastError = true)]
    public static partial int openat(SafeFileHandle directory, byte* name, int flags, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int openat(int directory, byte* name, int flags, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int statx(SafeFileHandle directory, byte* name, int flags, uint mask, StatxBuffer* result);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint getdents64(SafeFileHandle directory, byte* buffer, nint size);

    [LibraryImport("libc", SetLastError = true)]
    public static partial long lseek(SafeFileHandle file, long offset, int whence);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint read(SafeFileHandle file, byte* buffer, nint size);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint pread(SafeFileHandle file, byte* buffer, nint size, long offset);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint write(SafeFileHandle file, byte* buffer, nint size);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint pwrite(SafeFileHandle file, byte* buffer, nint size, long offset);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int ftruncate(SafeFileHandle file, long size);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fsync(SafeFileHandle file);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int syncfs(SafeFileHandle file);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int flock(SafeFileHandle file, int operation);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int mkdirat(SafeFileHandle directory, byte* name, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int mknodat(SafeFileHandle directory, byte* name, uint mode, ulong device);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int symlinkat(byte* target, SafeFileHandle directory, byte* name);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int linkat(SafeFileHandle oldDirectory, byte* oldName, SafeFileHandle newDirectory, byte* newName, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint readlinkat(SafeFileHandle directory, byte* name, byte* buffer, nint size);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int unlinkat(SafeFileHandle directory, byte* name, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int renameat2(SafeFileHandle oldDirectory, byte* oldName, SafeFileHandle newDirectory, byte* newName, uint flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fchown(SafeFileHandle file, uint user, uint group);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fchownat(SafeFileHandle directory, byte* name, uint user, uint group, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fchmod(SafeFileHandle file, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fchmodat(SafeFileHandle directory, byte* name, uint mode, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int futimens(SafeFileHandle file, Timespec* times);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int utimensat(SafeFileHandle directory, byte* name, Timespec* times, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fsetxattr(SafeFileHandle file, byte* name, byte* value, nint size, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int setxattr(byte* path, byte* name, byte* value, nint size, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int lsetxattr(byte* path, byte* name, byte* value, nint size, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint fgetxattr(SafeFileHandle file, byte* name, byte* value, nint size);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint lgetxattr(byte* path, byte* name, byte* value, nint size);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint flistxattr(SafeFileHandle file, byte* list, nint size);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint llistxattr(byte* path, byte* list, nint size);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int removexattr(byte* path, byte* name);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int lremovexattr(byte* path, byte* name);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int ioctl(SafeFileHandle file, ulong request, void* argument);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int ioctl(SafeFileHandle file, ulong request, int argument);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint copy_file_range(SafeFileHandle input, long* inputOffset, SafeFileHandle output, long* outputOffset, nint size, uint flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int mount(byte* source, byte* target, byte* type, ulong flags, byte* data);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int umount2(byte* target, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int statfs(byte* path, StatFsBuffer* result);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fstatfs(SafeFileHandle file, StatFsBuffer* result);

    [LibraryImport("libc")]
    public static partial uint geteuid();

    public static long openat2(SafeFileHandle directory, byte* path, OpenHow* how) => syscall_openat2(SYS_openat2, directory, path, how, sizeof(OpenHow));

    public static long open_tree(int directory, byte* path, uint flags) => syscall_open_tree(SYS_open_tree, directory, path, flags);

    public static long move_mount(SafeFileHandle from, byte* fromPath, int to, byte* toPath, uint flags) =>
        syscall_move_mount(SYS_move_mount, from, fromPath, to, toPath, flags);

    public static long fsopen(byte* type, uint flags) => syscall_fsopen(SYS_fsopen, type, flags);

    public static long fsconfig(SafeFileHandle context, uint command, byte* key, byte* value, int aux) =>
        syscall_fsconfig(SYS_fsconfig, context, command, key, value, aux);

    public static long fsmount(SafeFileHandle context, uint flags, uint attributes) => syscall_fsmount(SYS_fsmount, context, flags, attributes);

    public static long mount_setattr(SafeFileHandle directory, byte* path, uint flags, MountAttributes* attributes) =>
        syscall_mount_setattr(SYS_mount_setattr, directory, path, flags, attributes, sizeof(MountAttributes));

    // syscall(2) is variadic; on both architectures integers and pointers travel as in an ordinary call.
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long syscall_openat2(long number, SafeFileHandle directory, byte* path, OpenHow* how, nint size);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long syscall_open_tree(long number, int directory, byte* path, uint flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long syscall_move_mount(long number, SafeFileHandle from, byte* fromPath, int to, byte* toPath, uint flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long syscall_fsopen(long number, byte* type, uint flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long syscall_fsconfig(long number, SafeFileHandle context, uint command, byte* key, byte* value, int aux);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long syscall_fsmount(long number, SafeFileHandle context, uint flags, uint attributes);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long syscall_mount_setattr(long number, SafeFileHandle directory, byte* path, uint flags, MountAttributes* attributes, nint size);
}
