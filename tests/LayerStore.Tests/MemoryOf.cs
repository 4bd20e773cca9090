using LayerStore.Linux;
using Microsoft.Win32.SafeHandles;

namespace LayerStore.Tests;

/// <summary>How much of a file is in the page cache.</summary>
internal static class MemoryOf
{
    /// <summary>Skips the test where files are never anywhere but in memory, and where the kernel does not tell.</summary>
    public static void SkipUnlessTold(string directory)
    {
        string format = new DriveInfo(directory).DriveFormat;
        Skip.If(format is "tmpfs" or "ramfs", $"{format} is in memory");
        using SafeFileHandle file = PosixFile.OpenOrCreate(Path.Join(directory, "told"), "file")!;
        Skip.If(PageCache.Cached(file, 0, 1) is null, "the kernel has no cachestat(2)");
    }

    /// <summary>The bytes of it that are in memory.</summary>
    public static long File(SafeFileHandle file) => PageCache.Cached(file, 0, RandomAccess.GetLength(file))!.Value;

    /// <inheritdoc cref="File(SafeFileHandle)"/>
    public static long File(string path)
    {
        using SafeFileHandle file = PosixFile.OpenRegular(path, path, out _)!;
        return File(file);
    }
}
