using System.Runtime.InteropServices;
using LayerStore.Compression;
using LayerStore.Tests.Content;
using static LayerStore.Tests.Compression.Samples;

namespace LayerStore.Tests.Compression;

public partial class CompressorTests
{
    private const int Block = 1 << 20;

    public static TheoryData<CompressionKind, int> Lengths
    {
        get
        {
            TheoryData<CompressionKind, int> data = [];
            foreach (CompressionKind kind in new[] { CompressionKind.None, CompressionKind.Gzip, CompressionKind.Zstd })
            {
                foreach (int length in new[] { 0, 1, 2, 3, 1000, Block - 1, Block, Block + 1, (2 * Block) + 12345, 5 * Block })
                {
                    data.Add(kind, length);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void What_is_packed_unpacks_to_the_same(CompressionKind kind, int length)
    {
        byte[] data = Data(length);

        byte[] packed = Compress(kind, data, 100_000);

        Assert.Equal(data, Unpack(packed, out CompressionKind found));
        Assert.Equal(kind, found);
    }

    [SkippableTheory]
    [InlineData(CompressionKind.Gzip, "gzip")]
    [InlineData(CompressionKind.Gzip, "pigz")]
    [InlineData(CompressionKind.Zstd, "zstd")]
    public void The_real_tool_unpacks_it(CompressionKind kind, string tool)
    {
        byte[] data = Data((3 * Block) + 777);

        Assert.Equal(data, Tool(tool, Compress(kind, data, 4096), "-d", "-c"));
    }

    [Theory]
    [InlineData(CompressionKind.Gzip)]
    [InlineData(CompressionKind.Zstd)]
    public void The_sizes_of_the_writes_change_no_byte(CompressionKind kind)
    {
        byte[] data = Data((2 * Block) + 4321);
        byte[] packed = Compress(kind, data, data.Length);

        foreach (int chunk in new[] { 1000, 4096, 65_536, Block - 1, Block, Block + 1 })
        {
            Assert.True(packed.AsSpan().SequenceEqual(Compress(kind, data, chunk)), $"writes of {chunk} bytes give other bytes");
        }
    }

    /// <summary>Another process: the runtime reads these variables when it starts. The counts of cores are hexadecimal.</summary>
    [Theory]
    [InlineData("DOTNET_PROCESSOR_COUNT=1")]
    [InlineData("DOTNET_PROCESSOR_COUNT=2")]
    [InlineData("DOTNET_PROCESSOR_COUNT=40")]
    [InlineData("DOTNET_EnableHWIntrinsic=0")]
    [InlineData("DOTNET_TieredCompilation=0")]
    public async Task Neither_cores_nor_the_processors_features_nor_the_compiler_change_a_byte(string variable)
    {
        using TempDirectory directory = new();
        byte[] data = Data((5 * Block) + 1234);
        string file = Path.Join(directory.Path, "data");
        File.WriteAllBytes(file, data);

        using OtherProcess process = OtherProcess.Start(["pack", Path.Join(directory.Path, "store"), file], "env", variable);
        string? digest = await process.ReadLineAsync();

        Assert.Equal((0, ""), await process.WaitAsync());
        Assert.Equal(Digest.Compute(Compress(CompressionKind.Gzip, data, 70_000)).ToString(), digest);
    }

    /// <summary>A block's encoder has seen other blocks before, which ones depends on the machine: it must not remember them.</summary>
    [Fact]
    public void A_used_encoder_gives_the_bytes_of_a_new_one()
    {
        GzipBlock used = new();
        foreach (int length in new[] { Block, 5, 100_000, Block, 0, 70_000, 1, 300_000 })
        {
            foreach (bool last in new[] { false, true })
            {
                byte[] data = Data(length, seed: length + 7);
                GzipBlock fresh = new();
                fresh.Fill(data);
                fresh.Deflate(last);
                used.Fill(data);
                used.Deflate(last);

                Assert.True(fresh.Output.SequenceEqual(used.Output), $"{length} bytes, last: {last}");
            }
        }
    }

    [Fact]
    public void Gzip_is_one_member_with_nothing_of_this_machine_in_its_header()
    {
        byte[] packed = Compress(CompressionKind.Gzip, Data(3 * Block), 1000);

        Assert.Equal("1F8B08000000000000FF", Convert.ToHexString(packed.AsSpan(0, 10)));
        Assert.Equal(3u * Block, BitConverter.ToUInt32(packed.AsSpan(packed.Length - 4)));
    }

    /// <summary>If this changes, every layer committed from now on has another digest than the same tree had before.</summary>
    [Fact]
    public void Gzip_of_the_sample_has_the_golden_digest() =>
        Assert.Equal(
            "sha256:97666dd9b9111d43327a5c90b2d16f5c0e4c9249caf0b9749843763d546eada3",
            Digest.Compute(Compress(CompressionKind.Gzip, Data((2 * Block) + 99, seed: 42), 5000)).ToString());

    [SkippableFact]
    public void Zstd_of_the_sample_has_the_golden_digest()
    {
        Skip.IfNot(ZstdVersion() == 10504, $"the golden digest is that of libzstd 1.5.4, here is {ZstdVersion()}");

        Assert.Equal(
            "sha256:9a96484a168d24cf8c59f7874c19cd15647779a14925222f4ae3cf74b3b0a369",
            Digest.Compute(Compress(CompressionKind.Zstd, Data((2 * Block) + 99, seed: 42), 5000)).ToString());
    }

    [Theory]
    [InlineData(CompressionKind.Bzip2)]
    [InlineData(CompressionKind.Xz)]
    public void Formats_that_are_only_read_are_refused(CompressionKind kind) =>
        Assert.Equal(ErrorKind.Unimplemented, Assert.Throws<LayerStoreException>(() => Compressor.Create(kind, Stream.Null)).Kind);

    [Theory]
    [InlineData(CompressionKind.None)]
    [InlineData(CompressionKind.Gzip)]
    [InlineData(CompressionKind.Zstd)]
    public void The_output_stays_open_and_gets_the_end_once(CompressionKind kind)
    {
        using MemoryStream output = new();
        Stream packer = Compressor.Create(kind, output);
        packer.Write(Data(1000));
        packer.Flush();
        packer.Dispose();
        long length = output.Length;
        packer.Dispose();

        Assert.True(output.CanWrite);
        Assert.Equal(length, output.Length);
        Assert.Throws<ObjectDisposedException>(() => packer.Write([1]));
        Assert.Equal(Data(1000), Unpack(output.ToArray()));
    }

    [Fact]
    public void An_error_of_the_output_reaches_the_writer()
    {
        using Stream full = File.OpenWrite("/dev/full");
        Stream packer = Compressor.Create(CompressionKind.Zstd, full);

        Assert.Throws<IOException>(() =>
        {
            packer.Write(Data(4 * Block));
            packer.Dispose();
            full.Flush();
        });
    }

    [LibraryImport("libzstd.so.1", EntryPoint = "ZSTD_versionNumber")]
    private static partial uint ZstdVersion();
}
