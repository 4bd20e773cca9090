using System.Numerics;

namespace LayerStore.Compression.Deflate;

/// <summary>How many bits data takes with a code made for it, as information theory has it: in integers, so that it is the same everywhere.</summary>
internal static class CostEstimate
{
    private const int FractionBits = 8;

    private static readonly ushort[] s_logs = MakeLogs();

    /// <summary>The bits of a block's symbols, without the bits that follow some of them.</summary>
    public static long Bits(SymbolCounts counts) => (Scaled(counts.Literals) + Scaled(counts.Distances)) >> FractionBits;

    /// <summary>The bits of two blocks' symbols together.</summary>
    public static long Bits(SymbolCounts a, SymbolCounts b) =>
        (Scaled(a.Literals, b.Literals) + Scaled(a.Distances, b.Distances)) >> FractionBits;

    private static long Scaled(ReadOnlySpan<int> counts)
    {
        long total = 0;
        long sum = 0;
        foreach (int count in counts)
        {
            total += count;
            sum += count * (long)Log2(count);
        }

        return (total * Log2((int)total)) - sum;
    }

    private static long Scaled(ReadOnlySpan<int> a, ReadOnlySpan<int> b)
    {
        long total = 0;
        long sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            int count = a[i] + b[i];
            total += count;
            sum += count * (long)Log2(count);
        }

        return (total * Log2((int)total)) - sum;
    }

    /// <summary>2^8 times the binary logarithm; 0 for 0.</summary>
    private static int Log2(int value)
    {
        int log = BitOperations.Log2((uint)value);
        int mantissa = (int)(((long)value << FractionBits) >> log) & ((1 << FractionBits) - 1);
        return (log << FractionBits) + s_logs[mantissa];
    }

    /// <summary>2^8 · log2(1 + i / 2^8), a bit at a time: squaring a number doubles its logarithm.</summary>
    private static ushort[] MakeLogs()
    {
        ushort[] logs = new ushort[1 << FractionBits];
        for (int i = 0; i < logs.Length; i++)
        {
            // 1 + i / 2^8, with 30 bits behind the point.
            ulong value = (ulong)((1 << FractionBits) + i) << (30 - FractionBits);
            int log = 0;
            for (int bit = 0; bit < FractionBits; bit++)
            {
                value = (value * value) >> 30;
                int carry = (int)(value >> 31);
                log = (log << 1) | carry;
                value >>= carry;
            }

            logs[i] = (ushort)log;
        }

        return logs;
    }
}
