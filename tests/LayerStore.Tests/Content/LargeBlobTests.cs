using LayerStore.Content;
using LayerStore.Linux;
using LayerStore.Oci;
using Microsoft.Win32.SafeHandles;

namespace LayerStore.Tests.Content;

/// <summary>A large blob does not take the memory of what is in use.</summary>
public sealed class LargeBlobTests : IDisposable
{
    private const int Size = 9_000_000;

    private static readonly byte[] s_bytes = RandomBytes();
    private static readonly Descriptor s_descriptor = new("x/y", Digest.Compute(s_bytes), Size);

    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task It_is_not_in_memory_when_it_is_stored_or_read(bool isExpected)
    {
        MemoryOf.SkipUnlessTold(_temp.Path);
        using OpenStore store = new(_temp["store"]);
        string blob = store.Layout.Blob(s_descriptor.Digest);
        await store.Content.WriteBlobAsync("r", s_bytes, isExpected ? s_descriptor : null);
        Assert.Equal(0, MemoryOf.File(blob));
        Assert.Equal(s_bytes, await store.Content.ReadAllAsync(s_descriptor, Size));
        Assert.Equal(0, MemoryOf.File(blob));
    }

    [SkippableFact]
    public async Task What_was_in_memory_before_it_is_read_stays_there()
    {
        MemoryOf.SkipUnlessTold(_temp.Path);
        using OpenStore store = new(_temp["store"]);
        await store.Content.WriteBlobAsync("r", s_bytes, s_descriptor);
        string blob = store.Layout.Blob(s_descriptor.Digest);
        Assert.Equal(s_bytes, await File.ReadAllBytesAsync(blob));
        long before = MemoryOf.File(blob);
        Assert.True(before >= Size, $"{before} bytes");
        Assert.Equal(s_bytes, await store.Content.ReadAllAsync(s_descriptor, Size));
        Assert.Equal(before, MemoryOf.File(blob));
    }

    [SkippableFact]
    public async Task An_exported_one_is_not_in_memory()
    {
        MemoryOf.SkipUnlessTold(_temp.Path);
        using (StagedFile staged = StagedFile.Create(_temp.Path, "blob"))
        {
            using MemoryStream source = new(s_bytes, writable: false);
            await staged.FillAsync(source, CancellationToken.None);
            staged.Publish(_temp["blob"]);
        }

        Assert.Equal(0, MemoryOf.File(_temp["blob"]));
        Assert.Equal(s_bytes, await File.ReadAllBytesAsync(_temp["blob"]));
    }

    [SkippableFact]
    public void A_part_of_a_file_is_given_up_and_no_more()
    {
        MemoryOf.SkipUnlessTold(_temp.Path);
        const int part = 8 << 20;
        using SafeFileHandle file = PosixFile.OpenOrCreate(_temp["file"], "file")!;
        byte[] all = new byte[2 * part];
        s_bytes.AsSpan(0, part).CopyTo(all);
        RandomAccess.Write(file, all, 0);
        PosixFile.Sync(file, "file");
        PageCache.Forget(file, 0, part);
        using LocalFileStream stream = new(file, "file", 0, part);
        byte[] read = new byte[part];
        stream.ReadExactly(read);
        Assert.Equal(0, stream.Read(new byte[1]));
        Assert.Equal(s_bytes[..part], read);
        Assert.Equal(0, PageCache.Cached(file, 0, part));
        Assert.Equal(part, PageCache.Cached(file, part, part));
    }

    private static byte[] RandomBytes()
    {
        byte[] bytes = new byte[Size];
        new Random(1).NextBytes(bytes);
        return bytes;
    }
}
