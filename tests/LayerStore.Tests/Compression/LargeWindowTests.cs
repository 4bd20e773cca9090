using LayerStore.Compression;

namespace LayerStore.Tests.Compression;

/// <summary>Streams that share a <see cref="LargeWindow"/>, each read by a thread of its own.</summary>
public sealed class LargeWindowTests
{
    // One raw block of 256 bytes; the descriptors say windows of 8 and of 16 MiB (RFC 8878, 3.1.1.1.2).
    private static readonly byte[] s_ordinary = Frame("68");
    private static readonly byte[] s_large = Frame("70");

    [Fact]
    public async Task A_second_large_window_waits_until_the_first_stream_is_disposed()
    {
        LargeWindow shared = new();
        Task<int> second;
        using (Stream first = Open([.. s_ordinary, .. s_large], shared))
        {
            await first.ReadExactlyAsync(new byte[512]);
            second = Task.Run(() => Length(s_large, shared));
            Assert.NotSame(second, await Task.WhenAny(second, Task.Delay(100)));
            Assert.Equal(256, Length(s_ordinary, shared));
        }

        Assert.Equal(256, await second);
        Assert.Equal(512, Length([.. s_large, .. s_large], shared));
    }

    [Fact]
    public async Task It_is_free_again_when_a_stream_fails()
    {
        LargeWindow shared = new();
        Assert.Throws<LayerStoreException>(() => Length(s_large[..^1], shared));
        Assert.Equal(256, await Task.Run(() => Length(s_large, shared)));
    }

    private static byte[] Frame(string window) => [.. Convert.FromHexString($"28B52FFD40{window}0000010800"), .. new byte[256]];

    private static DecompressionStream Open(byte[] packed, LargeWindow shared) => Decompressor.Open(new MemoryStream(packed), limits: null, shared);

    private static int Length(byte[] packed, LargeWindow shared)
    {
        using Stream stream = Open(packed, shared);
        using MemoryStream unpacked = new();
        stream.CopyTo(unpacked);
        return (int)unpacked.Length;
    }
}
