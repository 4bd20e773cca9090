using System.IO.Compression;
using System.Text;
using ICSharpCode.SharpZipLib.Zip.Compression;
using LayerStore.Compression.Deflate;

namespace LayerStore.Tests.Compression.Deflate;

/// <summary>Data that is hard for a deflate encoder, and two decoders made by others.</summary>
internal static class DeflateSamples
{
    private const int Max = DeflateEncoder.MaxLength;
    private const int WindowSize = DeflateFormat.WindowSize;

    /// <summary>Data by name; always the same.</summary>
    public static IReadOnlyDictionary<string, Func<byte[]>> All { get; } = new Dictionary<string, Func<byte[]>>
    {
        ["nothing"] = () => [],
        ["1 byte"] = () => [7],
        ["2 bytes"] = () => [7, 7],
        ["3 bytes"] = () => [7, 7, 7],
        ["4 bytes"] = () => [7, 7, 7, 7],
        ["5 bytes"] = () => [1, 2, 3, 4, 5],
        ["8 equal bytes"] = () => new byte[8],
        ["258 equal bytes"] = () => new byte[258],
        ["259 equal bytes"] = () => new byte[259],
        ["260 equal bytes"] = () => new byte[260],
        ["261 equal bytes"] = () => new byte[261],
        ["zeros"] = () => new byte[Max],
        ["noise"] = () => Noise(Max),
        ["noise, a stored block and a byte"] = () => Noise(65_536),
        ["noise, less than a chunk"] = () => Noise(3000),
        ["noise, then zeros, then noise"] = () => [.. Noise(300_000), .. new byte[300_000], .. Noise(300_000)],
        ["every byte value in turn"] = () => Make(100_000, i => i),
        ["two values"] = () => Make(100_000, i => (i * i) >> 7 & 1),
        ["base64"] = () => Encoding.ASCII.GetBytes(Convert.ToBase64String(Noise(Max / 4 * 3))),
        ["words and noise"] = () => Samples.Data(Max, seed: 3),
        ["words and noise, one byte less"] = () => Samples.Data(Max - 1, seed: 4),
        ["blocks of a tar"] = () => Make(Max, i => i % 512 < 100 ? i / 512 * 31 >> (i % 7) : 0),
        ["noise again at the greatest distance"] = () => Again(Noise(WindowSize)),
        ["noise again at one more than the greatest distance"] = () => Again(Noise(WindowSize + 1)),
        ["noise again at twice the greatest distance"] = () => Again(Noise(2 * WindowSize)),
        ["noise again, longer ago than positions tell"] = () => Again(Noise((2 * WindowSize) + 17)),
        ["the longest match again and again"] = () => [.. Enumerable.Repeat(Noise(258), 400).SelectMany(bytes => bytes)],
        ["matches of three bytes, near and far"] = () => Triples(),
        ["matches up to the last byte"] = () => [.. Noise(1000), .. Noise(1000).AsSpan(0, 500)],
        ["a match ends 1 byte before the end"] = () => [.. Noise(1000), .. Noise(1000).AsSpan(0, 500), 1],
        ["a match ends 3 bytes before the end"] = () => [.. Noise(1000), .. Noise(1000).AsSpan(0, 500), 1, 2, 3],
        ["counts like Fibonacci's"] = () => Fibonacci(),
        ["one symbol a megabyte, the others once"] = () => Make(Max, i => i % 4096 == 0 ? i / 4096 : 0x55),
        ["kinds of data that change often"] = () => Changing(),
    };

    /// <summary>The encoder's output for some data, by a new encoder or a used one.</summary>
    public static byte[] Encode(byte[] data, bool last = true, DeflateEncoder? encoder = null, byte behind = 0)
    {
        byte[] buffer = new byte[data.Length + Window.Slack];
        data.CopyTo(buffer, 0);
        buffer.AsSpan(data.Length).Fill(behind);
        byte[] output = new byte[DeflateEncoder.MaxOutput(data.Length)];
        int length = (encoder ?? new DeflateEncoder()).Encode(new Window(buffer), last, output);
        return output[..length];
    }

    /// <summary>Inflates by SharpZipLib, which must use all of the input.</summary>
    public static byte[] InflateManaged(byte[] deflated)
    {
        Inflater inflater = new(noHeader: true);
        inflater.SetInput(deflated);
        using MemoryStream output = new();
        byte[] buffer = new byte[10_000];
        while (!inflater.IsFinished)
        {
            int count = inflater.Inflate(buffer);
            Assert.True(count > 0 || inflater.IsFinished, "the stream has no end");
            output.Write(buffer, 0, count);
        }

        Assert.Equal(0, inflater.RemainingInput);
        return output.ToArray();
    }

    /// <summary>Inflates by the class library (zlib-ng).</summary>
    public static byte[] InflateNative(byte[] deflated)
    {
        using DeflateStream inflater = new(new MemoryStream(deflated), CompressionMode.Decompress);
        using MemoryStream output = new();
        inflater.CopyTo(output);
        return output.ToArray();
    }

    private static byte[] Noise(int length)
    {
        byte[] noise = new byte[length];
        new System.Random(length).NextBytes(noise);
        return noise;
    }

    private static byte[] Again(byte[] data) => [.. data, .. data, .. data];

    private static byte[] Make(int length, Func<int, int> value)
    {
        byte[] data = new byte[length];
        for (int i = 0; i < length; i++)
        {
            data[i] = (byte)value(i);
        }

        return data;
    }

    private static byte[] Changing()
    {
        byte[] noise = Noise(Max);
        return Make(Max, i => ((i >> 14) % 3) switch
        {
            0 => i * 7 % 10,
            1 => noise[i],
            _ => 'a' + ((i >> 3) % 5),
        });
    }

    private static byte[] Triples()
    {
        byte[] data = Noise(20_000);
        foreach (int distance in new[] { 3, 4, 100, 4095, 4096, 4097, 8000 })
        {
            data.AsSpan(10_000, 3).CopyTo(data.AsSpan(10_000 + distance));
        }

        return data;
    }

    /// <summary>Bytes whose counts are 1, 1, 2, 3, 5, 8 …: Huffman's own code for them would have up to 26 bits.</summary>
    private static byte[] Fibonacci()
    {
        List<byte> data = [];
        for ((int symbol, int count, int next) = (0, 1, 1); data.Count + count < Max; (symbol, count, next) = (symbol + 1, next, count + next))
        {
            data.AddRange(Enumerable.Repeat((byte)symbol, count));
        }

        // In an order without matches to speak of.
        byte[] mixed = [.. data];
        new System.Random(1).Shuffle(mixed);
        return mixed;
    }
}
