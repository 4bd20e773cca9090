using Fuzz.Mutation;
using ICSharpCode.SharpZipLib.BZip2;
using LayerStore;

namespace Fuzz.Targets;

/// <summary>bzip2's framing, and SharpZipLib's decoder with it, which is instrumented too.</summary>
internal sealed class Bzip2Target : FuzzTarget
{
    public override string Name => "bzip2";

    public override string Description => "bzip2: unpacks the same in pieces of any size; the decoder's own failures are refusals";

    public override IReadOnlyList<string> Code => ["LayerStore.Compression.Bzip2", "ICSharpCode.SharpZipLib.BZip2"];

    public override IReadOnlyList<IMutator> Mutators { get; } = [new ByteMutator()];

    public override IReadOnlyList<ErrorKind> Refusals => [ErrorKind.DataLoss, ErrorKind.Unimplemented];

    public override int MaxLength => 2 << 10;

    /// <summary>The decoder's tables for blocks of 900 kB, for each stream and for each way of reading.</summary>
    public override long AllowedAllocation(int length) => (40 << 20) + (512L * length) + ((length / 14) * (8L << 20));

    public override IEnumerable<byte[]> Seeds()
    {
        byte[] hello = Pack("hello hello hello"u8, 1);
        return [hello, Pack([], 9), Pack(new byte[5000], 2), [.. hello, .. hello], Pack([.. Enumerable.Range(0, 1200).Select(i => (byte)(i * i))], 9)];
    }

    public override void Run(byte[] input) => CompressionRules.Check(input);

    private static byte[] Pack(ReadOnlySpan<byte> plain, int level)
    {
        using MemoryStream packed = new();
        using (BZip2OutputStream stream = new(packed, level) { IsStreamOwner = false })
        {
            stream.Write(plain.ToArray());
        }

        return packed.ToArray();
    }
}
