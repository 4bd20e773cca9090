using System.IO.Compression;

namespace Interop.Tests.Hostile;

/// <summary>Makes small blobs that stand for much.</summary>
internal static class Bomb
{
    /// <summary>The gzip of what is written, however long it is.</summary>
    public static byte[] Gzip(Action<Stream> write)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest))
        using (BufferedStream buffered = new(gzip, 1 << 20))
        {
            write(buffered);
        }

        return packed.ToArray();
    }

    /// <summary>The same bytes again and again: members of gzip, frames of zstd and streams of bzip2 are one stream.</summary>
    public static byte[] Repeat(byte[] bytes, int count)
    {
        byte[] all = new byte[bytes.Length * count];
        for (int i = 0; i < count; i++)
        {
            bytes.CopyTo(all, i * bytes.Length);
        }

        return all;
    }

    /// <summary>64 MiB of zeros, packed by a program.</summary>
    public static byte[] Zeros(string program) => new ToolCommand(program, "-c") { Input = new byte[64 << 20] }.Run().Expect().OutputBytes;
}
