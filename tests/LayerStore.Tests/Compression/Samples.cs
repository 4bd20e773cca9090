using System.Diagnostics;
using System.IO.Compression;
using LayerStore.Compression;

namespace LayerStore.Tests.Compression;

/// <summary>What the compression tests share: data, packed data, and the real tools.</summary>
internal static class Samples
{
    /// <summary>Bytes that look like files: words, repetition and noise; always the same.</summary>
    public static byte[] Data(int length, int seed = 1)
    {
        System.Random random = new(seed);
        byte[] data = new byte[length];
        int at = 0;
        while (at < length)
        {
            Span<byte> rest = data.AsSpan(at);
            int run = Math.Min(rest.Length, random.Next(1, 400));
            switch (random.Next(4))
            {
                case 0:
                    random.NextBytes(rest[..run]);
                    break;
                case 1:
                    break;
                case 2 when at > run:
                    data.AsSpan(random.Next(at - run), run).CopyTo(rest);
                    break;
                default:
                    for (int i = 0; i < run; i++)
                    {
                        rest[i] = (byte)"etaoin shrdlu/.-\n"[random.Next(17)];
                    }

                    break;
            }

            at += run;
        }

        return data;
    }

    public static byte[] Gzip(byte[] data)
    {
        if (data.Length == 0)
        {
            // GZipStream writes nothing at all for nothing.
            return Convert.FromHexString("1F8B080000000000000303000000000000000000");
        }

        using MemoryStream output = new();
        using (GZipStream gzip = new(output, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(data);
        }

        return output.ToArray();
    }

    public static byte[] Bzip2(byte[] data)
    {
        using MemoryStream output = new();
        using (ICSharpCode.SharpZipLib.BZip2.BZip2OutputStream bzip2 = new(output, 1) { IsStreamOwner = false })
        {
            bzip2.Write(data);
        }

        return output.ToArray();
    }

    public static byte[] Zstd(byte[] data) => Compress(CompressionKind.Zstd, data, data.Length + 1);

    public static byte[] Pack(CompressionKind kind, byte[] data) => kind switch
    {
        CompressionKind.Gzip => Gzip(data),
        CompressionKind.Bzip2 => Bzip2(data),
        CompressionKind.Zstd => Tool("zstd", data, "-q", "-c", "--check"),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    public static byte[] Compress(CompressionKind kind, byte[] data, int chunk)
    {
        using MemoryStream output = new();
        using (Stream packer = Compressor.Create(kind, output))
        {
            for (int at = 0; at < data.Length; at += chunk)
            {
                packer.Write(data.AsSpan(at, Math.Min(chunk, data.Length - at)));
            }
        }

        return output.ToArray();
    }

    public static byte[] Unpack(byte[] packed, DecompressionLimits? limits = null, int maxRead = int.MaxValue) =>
        Unpack(packed, out _, limits, maxRead);

    public static byte[] Unpack(byte[] packed, out CompressionKind kind, DecompressionLimits? limits = null, int maxRead = int.MaxValue)
    {
        using DecompressionStream stream = Decompressor.Open(new Tar.TarTools.ShortReadStream(packed, maxRead), limits);
        using MemoryStream output = new();
        stream.CopyTo(output);
        kind = stream.Kind;
        return output.ToArray();
    }

    /// <summary>Pipes bytes through a program.</summary>
    public static byte[] Tool(string program, byte[] input, params string[] arguments)
    {
        Skip.IfNot(Tar.TarTools.Has(program), $"{program} is not installed");
        using Process process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Task write = Task.Run(() =>
        {
            process.StandardInput.BaseStream.Write(input);
            process.StandardInput.Close();
        });
        using MemoryStream output = new();
        process.StandardOutput.BaseStream.CopyTo(output);
        write.Wait();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output.ToArray();
    }
}
