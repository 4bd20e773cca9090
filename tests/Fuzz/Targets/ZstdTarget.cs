using Fuzz.Mutation;
using LayerStore;
using LayerStore.Compression;

namespace Fuzz.Targets;

/// <summary>zstd's framing. libzstd itself is not instrumented: its authors fuzz it.</summary>
internal sealed class ZstdTarget : FuzzTarget
{
    public override string Name => "zstd";

    public override string Description => "zstd: unpacks the same in pieces of any size, whatever frames there are";

    public override IReadOnlyList<string> Code => ["LayerStore.Compression.Zstd", "LayerStore.Linux.LibZstd"];

    public override IReadOnlyList<IMutator> Mutators { get; } = [new ZstdMutator(), new ByteMutator()];

    public override IReadOnlyList<ErrorKind> Refusals => [ErrorKind.DataLoss, ErrorKind.Unimplemented];

    public override int MaxLength => 8 << 10;

    public override IEnumerable<byte[]> Seeds()
    {
        using MemoryStream packed = new();
        using (Stream stream = Compressor.Create(CompressionKind.Zstd, packed))
        {
            stream.Write("hello hello hello hello"u8);
        }

        return [.. Targets.Seeds.Layers(file => file.Contains("/compression/zstd", StringComparison.Ordinal)), packed.ToArray()];
    }

    public override void Run(byte[] input) => CompressionRules.Check(input);
}
