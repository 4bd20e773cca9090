using System.Numerics;

namespace LayerStore.Compression.Deflate;

/// <summary>The numbers of RFC 1951, and the tables that lead from a length or distance to its symbol.</summary>
internal static class DeflateFormat
{
    /// <summary>How far back a match may reach.</summary>
    public const int WindowSize = 1 << 15;

    /// <summary>The shortest match there is.</summary>
    public const int MinMatch = 3;

    /// <summary>The longest match there is.</summary>
    public const int MaxMatch = 258;

    /// <summary>Literals, the end and lengths (3.2.5).</summary>
    public const int LiteralSymbols = 286;

    /// <summary>Distances (3.2.5).</summary>
    public const int DistanceSymbols = 30;

    /// <summary>Two more have a place in the fixed code and are never used (3.2.6).</summary>
    public const int FixedLiteralSymbols = 288;

    /// <summary>Two more have a place in the fixed code and are never used (3.2.6).</summary>
    public const int FixedDistanceSymbols = 32;

    /// <summary>The symbol that ends a block.</summary>
    public const int EndOfBlock = 256;

    /// <summary>The symbol of the shortest length.</summary>
    public const int FirstLengthSymbol = 257;

    /// <summary>The longest stored block.</summary>
    public const int MaxStored = 65_535;

    /// <summary>The longest code of a literal, length or distance.</summary>
    public const int MaxCodeLength = 15;

    /// <summary>The bits that follow each length symbol, from <see cref="FirstLengthSymbol"/> on.</summary>
    public static ReadOnlySpan<byte> LengthExtraBits =>
        [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];

    /// <summary>The first length of each length symbol.</summary>
    public static ReadOnlySpan<ushort> LengthBases =>
        [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];

    /// <summary>For each length, counted from 0, its symbol, counted from <see cref="FirstLengthSymbol"/>.</summary>
    public static ReadOnlySpan<byte> LengthSlots => s_lengthSlots;

    private static readonly byte[] s_lengthSlots = MakeLengthSlots();

    /// <summary>The bits that follow a distance symbol.</summary>
    public static int DistanceExtraBits(int symbol) => Math.Max(0, (symbol >> 1) - 1);

    /// <summary>The symbol of a distance: two for each power of two, from 4 on.</summary>
    public static int DistanceSymbol(int distance)
    {
        uint value = (uint)(distance - 1);
        if (value < 2)
        {
            return (int)value;
        }

        int log = BitOperations.Log2(value);
        return (2 * log) + (int)((value >> (log - 1)) & 1);
    }

    private static byte[] MakeLengthSlots()
    {
        byte[] slots = new byte[MaxMatch + 1];
        for (int slot = 0; slot < LengthBases.Length; slot++)
        {
            slots.AsSpan(LengthBases[slot]).Fill((byte)slot);
        }

        return slots;
    }
}
