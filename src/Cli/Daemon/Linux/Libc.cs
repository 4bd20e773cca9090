using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LayerStore.Daemon.Linux;

/// <summary>What the daemon asks of the kernel that .NET has no call for.</summary>
internal static partial class Libc
{
    /// <summary>open(2): fail unless it is a directory.</summary>
    public const int O_DIRECTORY = 0x10000;

    /// <summary>open(2): close at exec.</summary>
    public const int O_CLOEXEC = 0x80000;

    /// <summary>flock(2): alone.</summary>
    public const int LOCK_EX = 2;

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial SafeFileHandle open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int flock(SafeFileHandle file, int operation);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int lchown(string path, uint owner, uint group);
}
