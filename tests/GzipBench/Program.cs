using System.Diagnostics;
using System.IO.Compression;
using ICSharpCode.SharpZipLib.GZip;
using LayerStore.Compression;

// Usage: GzipBench FILE; a line for each encoder (MB of data for each second of CPU time, per cent of the data's size), then one for
// each decoder of what the first encoder made. The best of three rounds, after one that warms up.
byte[] data = File.ReadAllBytes(args[0]);

MemoryStream packed = Time("layerstore", output => Compressor.Create(CompressionKind.Gzip, output));
foreach (int level in new[] { 1, 3, 4, 5, 6 })
{
    Time($"SharpZipLib {level}", output =>
    {
        GZipOutputStream stream = new(output) { IsStreamOwner = false };
        stream.SetLevel(level);
        return stream;
    });
}

foreach (CompressionLevel level in new[] { CompressionLevel.Fastest, CompressionLevel.Optimal })
{
    Time($"GZipStream {level}", output => new GZipStream(output, level, leaveOpen: true));
}

TimeReading("read: layerstore", input => Decompressor.Open(input));
TimeReading("read: GZipStream", input => new GZipStream(input, CompressionMode.Decompress));
TimeReading("read: SharpZipLib", input => new GZipInputStream(input));

MemoryStream Time(string name, Func<Stream, Stream> open)
{
    MemoryStream output = new(data.Length + (1 << 20));
    double seconds = Best(() =>
    {
        output.SetLength(0);
        using Stream stream = open(output);
        for (int at = 0; at < data.Length; at += 1 << 16)
        {
            stream.Write(data.AsSpan(at, Math.Min(1 << 16, data.Length - at)));
        }
    });
    Console.WriteLine($"{name}\t{data.Length / 1e6 / seconds:0}\t{100.0 * output.Length / data.Length:0.00}");
    return output;
}

void TimeReading(string name, Func<Stream, Stream> open)
{
    byte[] buffer = new byte[1 << 16];
    double seconds = Best(() =>
    {
        using Stream stream = open(new MemoryStream(packed.GetBuffer(), 0, (int)packed.Length));
        while (stream.Read(buffer) > 0)
        {
        }
    });
    Console.WriteLine($"{name}\t{data.Length / 1e6 / seconds:0}\t");
}

static double Best(Action round)
{
    round();
    double best = double.MaxValue;
    for (int i = 0; i < 3; i++)
    {
        TimeSpan before = CpuTime();
        round();
        best = Math.Min(best, (CpuTime() - before).TotalSeconds);
    }

    return best;
}

static TimeSpan CpuTime()
{
    using Process self = Process.GetCurrentProcess();
    return self.TotalProcessorTime;
}
