using System.IO.Compression;
using Fuzz.Mutation;

namespace Fuzz.Targets;

/// <summary>gzip's framing.</summary>
internal sealed class GzipTarget : FuzzTarget
{
    public override string Name => "gzip";

    public override string Description => "gzip: unpacks the same in pieces of any size, and what is accepted is what GZipStream makes of it";

    public override IReadOnlyList<string> Code => ["LayerStore.Compression.Gzip", "LayerStore.Compression.Deflate"];

    public override IReadOnlyList<IMutator> Mutators { get; } = [new GzipMutator(), new ByteMutator()];

    public override IReadOnlyList<LayerStore.ErrorKind> Refusals => [LayerStore.ErrorKind.DataLoss, LayerStore.ErrorKind.Unimplemented];

    public override int MaxLength => 8 << 10;

    public override IEnumerable<byte[]> Seeds() =>
        [.. Targets.Seeds.Layers(file => file.Contains("/compression/gzip", StringComparison.Ordinal)), Pack("hello"u8), Pack([]), [.. Pack("a"u8), .. Pack("b"u8)]];

    public override void Run(byte[] input)
    {
        byte[] unpacked = CompressionRules.Check(input);
        if (!input.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B, 8]))
        {
            return;
        }

        using MemoryStream expected = new();
        using GZipStream gzip = new(new MemoryStream(input), CompressionMode.Decompress);
        gzip.CopyTo(expected);
        Rule.Same(expected.ToArray(), unpacked, "gzip data that are accepted are what another reader makes of them");
    }

    private static byte[] Pack(ReadOnlySpan<byte> plain)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(plain);
        }

        return packed.ToArray();
    }
}
