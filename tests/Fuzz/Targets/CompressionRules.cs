using LayerStore;
using LayerStore.Compression;

namespace Fuzz.Targets;

/// <summary>What holds of everything packed.</summary>
internal static class CompressionRules
{
    private static readonly DecompressionLimits s_limits = new() { MaxBytes = 1 << 20, MaxZstdWindow = 8 << 20 };

    /// <summary>Unpacks in two ways, which must agree, and gives the bytes; throws the error that the unpacker gave.</summary>
    public static byte[] Check(byte[] input)
    {
        (byte[] bytes, LayerStoreException? error) = Unpack(new MemoryStream(input), 64 << 10);
        (byte[] dribbled, LayerStoreException? other) = Unpack(new DribblingStream(input), 1000);
        Rule.Holds((error is null) == (other is null), "packed data end the same in small pieces", $"{error?.Message ?? "well"} | {other?.Message ?? "well"}");

        // At an error, how much came before it may differ, and which one is seen first.
        int common = error is null ? int.MaxValue : Math.Min(bytes.Length, dribbled.Length);
        Rule.Same(bytes.AsSpan(0, Math.Min(common, bytes.Length)), dribbled.AsSpan(0, Math.Min(common, dribbled.Length)), "packed data unpack the same in small pieces");
        return error is null ? bytes : throw error;
    }

    private static (byte[] Bytes, LayerStoreException? Error) Unpack(Stream input, int step)
    {
        using MemoryStream unpacked = new();
        try
        {
            using DecompressionStream stream = Decompressor.Open(input, s_limits);
            byte[] buffer = new byte[step];
            for (int count; (count = stream.Read(buffer)) > 0;)
            {
                unpacked.Write(buffer, 0, count);
            }

            return (unpacked.ToArray(), null);
        }
        catch (LayerStoreException e)
        {
            return (unpacked.ToArray(), e);
        }
    }
}
