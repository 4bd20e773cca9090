using System.Runtime.InteropServices;

namespace BenchTool.Linux;

/// <summary>The calls that making files takes, and no more: the class library's own add several to each file.</summary>
internal static partial class Libc
{
    /// <summary>O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC of open(2), the same on x86-64 and arm64.</summary>
    public const int CreateNew = 0x1 | 0x40 | 0x80 | 0x80000;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int file, in byte bytes, nint count);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int file);

    [LibraryImport("libc", EntryPoint = "mkdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeDirectory(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "symlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeLink(string target, string path);
}
