using LayerStore.Linux;
using LayerStore.Tests.Content;
using Microsoft.Win32.SafeHandles;

namespace LayerStore.Tests;

/// <summary>What is large is on the disk and not in memory; what is small, and what the system cannot write so, is as always.</summary>
public sealed class LargeFileWriterTests : IDisposable
{
    private const int Unit = 64 << 10;

    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [SkippableTheory]
    [InlineData(256 << 10, null)] // all at once, the size not known before
    [InlineData(256 << 10, 9_000_000L)]
    [InlineData(100_003, 9_000_000L)] // no piece is a whole number of pages
    public void A_large_file_has_its_bytes_and_leaves_memory(int piece, long? size)
    {
        MemoryOf.SkipUnlessTold(_temp.Path);
        byte[] bytes = RandomBytes(9_000_000);
        using SafeFileHandle file = Open(_temp["file"]);
        LargeFileWriter writer = Fill(file, bytes, piece, size);
        PosixFile.Sync(file, "file");
        writer.Forget();
        Assert.Equal(0, MemoryOf.File(file));
        Assert.Equal(bytes, File.ReadAllBytes(_temp["file"]));
    }

    [SkippableFact]
    public void A_large_file_leaves_memory_while_it_is_written()
    {
        MemoryOf.SkipUnlessTold(_temp.Path);
        using SafeFileHandle probe = Open(_temp["probe"]);
        Skip.IfNot(PageCache.TryWriteUncached(probe, new byte[Unit], 0, "probe"), "this kernel or file system cannot write past the page cache");
        using SafeFileHandle file = Open(_temp["file"]);
        Fill(file, RandomBytes(16 << 20), 256 << 10, 16 << 20);
        PosixFile.Sync(file, "file");
        Assert.InRange(MemoryOf.File(file), 0, 1 << 20);
    }

    [SkippableFact]
    public void A_small_file_stays_in_memory()
    {
        MemoryOf.SkipUnlessTold(_temp.Path);
        using SafeFileHandle file = Open(_temp["file"]);
        LargeFileWriter writer = Fill(file, RandomBytes(16 * Unit), Unit, 16 * Unit);
        PosixFile.Sync(file, "file");
        writer.Forget();
        Assert.Equal(16 * Unit, MemoryOf.File(file));
    }

    [SkippableFact]
    public void What_is_large_is_for_the_caller_to_say()
    {
        MemoryOf.SkipUnlessTold(_temp.Path);
        byte[] bytes = RandomBytes(160 * Unit); // Write-back begins on the way.
        using SafeFileHandle file = Open(_temp["file"]);
        LargeFileWriter writer = Fill(file, bytes, 16 * Unit, bytes.Length, largeSize: bytes.Length + 1);
        PosixFile.Sync(file, "file");
        writer.Forget();
        Assert.Equal(bytes.Length, MemoryOf.File(file));
        Assert.Equal(bytes, File.ReadAllBytes(_temp["file"]));
    }

    [SkippableFact]
    public void A_file_system_that_cannot_is_written_to_as_always()
    {
        Skip.If(!MountedTmpfs.IsPossible, "only root can mount");
        using MountedTmpfs disk = new("20m");
        byte[] bytes = RandomBytes(9_000_000);
        using (SafeFileHandle file = Open(Path.Join(disk.Path, "file")))
        {
            Assert.False(PageCache.TryWriteUncached(file, bytes.AsSpan(0, Unit), 0, "file"));
            Assert.Equal(0, RandomAccess.GetLength(file));
            Fill(file, bytes, 256 << 10, bytes.Length).Forget();
        }

        Assert.Equal(bytes, File.ReadAllBytes(Path.Join(disk.Path, "file")));
    }

    private static SafeFileHandle Open(string path) => PosixFile.OpenOrCreate(path, "file")!;

    private static LargeFileWriter Fill(SafeFileHandle file, byte[] bytes, int piece, long? size, long largeSize = LargeFileWriter.LargeSize)
    {
        LargeFileWriter writer = new(file, "file", largeSize);
        for (int offset = 0; offset < bytes.Length; offset += piece)
        {
            writer.Write(bytes.AsSpan(offset, Math.Min(piece, bytes.Length - offset)), offset, size);
        }

        return writer;
    }

    private static byte[] RandomBytes(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }
}
