namespace LayerStore.Compression.Deflate;

/// <summary>
/// The two codes of a dynamic block, and their description at its start: the codes' lengths, with runs shortened, in a code of their own
/// (RFC 1951, 3.2.7).
/// </summary>
internal sealed class DynamicCodes
{
    private const int RepeatLast = 16;
    private const int ShortZeros = 17;
    private const int LongZeros = 18;
    private const int LengthSymbols = 19;
    private const int MaxLength = 7;
    private const int FewestLiterals = 257;
    private const int FewestDistances = 1;
    private const int FewestLengths = 4;

    /// <summary>Shorter than the format allows (15): then four literals fit between two flushes. It costs next to nothing.</summary>
    private const int MaxLiteralLength = 14;

    private readonly HuffmanCode _lengthCode = new(LengthSymbols, MaxLength);
    private readonly int[] _lengthCounts = new int[LengthSymbols];
    private readonly byte[] _lengths = new byte[DeflateFormat.LiteralSymbols + DeflateFormat.DistanceSymbols];

    // Each a symbol, and from bit 8 on what follows it.
    private readonly ushort[] _items = new ushort[DeflateFormat.LiteralSymbols + DeflateFormat.DistanceSymbols];
    private int _itemCount;
    private int _literalCount;
    private int _distanceCount;
    private int _lengthCount;

    /// <summary>The code of literals, lengths and the end.</summary>
    public HuffmanCode Literals { get; } = new(DeflateFormat.LiteralSymbols, MaxLiteralLength);

    /// <summary>The code of distances.</summary>
    public HuffmanCode Distances { get; } = new(DeflateFormat.DistanceSymbols, DeflateFormat.MaxCodeLength);

    /// <summary>The order in which the lengths of the lengths' code are written.</summary>
    private static ReadOnlySpan<byte> Order => [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

    /// <summary>Makes the codes for a block, and returns the bits that their description takes.</summary>
    public int Build(SymbolCounts counts)
    {
        Literals.Build(counts.Literals);
        Distances.Build(counts.Distances);
        _literalCount = Math.Max(FewestLiterals, UpToLastUsed(Literals.Lengths));
        _distanceCount = Math.Max(FewestDistances, UpToLastUsed(Distances.Lengths));
        Literals.Lengths[.._literalCount].CopyTo(_lengths);
        Distances.Lengths[.._distanceCount].CopyTo(_lengths.AsSpan(_literalCount));
        Shorten(_lengths.AsSpan(0, _literalCount + _distanceCount));

        _lengthCode.Build(_lengthCounts);
        _lengthCount = LengthSymbols;
        while (_lengthCount > FewestLengths && _lengthCode.Lengths[Order[_lengthCount - 1]] == 0)
        {
            _lengthCount--;
        }

        int bits = 5 + 5 + 4 + (3 * _lengthCount);
        for (int symbol = 0; symbol < LengthSymbols; symbol++)
        {
            bits += _lengthCounts[symbol] * (_lengthCode.Lengths[symbol] + ExtraBits(symbol));
        }

        return bits;
    }

    /// <summary>Writes the description.</summary>
    public void WriteTo(ref BitWriter output)
    {
        output.Add((ulong)(_literalCount - FewestLiterals), 5);
        output.Add((ulong)(_distanceCount - FewestDistances), 5);
        output.Add((ulong)(_lengthCount - FewestLengths), 4);
        output.Flush();
        foreach (byte symbol in Order[.._lengthCount])
        {
            output.Add(_lengthCode.Lengths[symbol], 3);
            output.Flush();
        }

        foreach (ushort item in _items.AsSpan(0, _itemCount))
        {
            int symbol = item & 0xFF;
            output.Add(_lengthCode.Codes[symbol], _lengthCode.Lengths[symbol]);
            output.Add((ulong)item >> 8, ExtraBits(symbol));
            output.Flush();
        }
    }

    private static int UpToLastUsed(ReadOnlySpan<byte> lengths) => lengths.LastIndexOfAnyExcept((byte)0) + 1;

    private static int ExtraBits(int symbol) => symbol switch
    {
        RepeatLast => 2,
        ShortZeros => 3,
        LongZeros => 7,
        _ => 0,
    };

    private void Shorten(ReadOnlySpan<byte> lengths)
    {
        _itemCount = 0;
        Array.Clear(_lengthCounts);
        while (!lengths.IsEmpty)
        {
            byte length = lengths[0];
            int run = lengths.IndexOfAnyExcept(length);
            run = run < 0 ? lengths.Length : run;
            lengths = lengths[run..];
            if (length == 0)
            {
                for (int part; run >= 3; run -= part)
                {
                    part = Math.Min(run, 138);
                    AddItem(part > 10 ? LongZeros : ShortZeros, part - (part > 10 ? 11 : 3));
                }
            }
            else
            {
                AddItem(length, 0);
                run--;
                for (int part; run >= 3; run -= part)
                {
                    part = Math.Min(run, 6);
                    AddItem(RepeatLast, part - 3);
                }
            }

            for (; run > 0; run--)
            {
                AddItem(length, 0);
            }
        }
    }

    private void AddItem(int symbol, int extra)
    {
        _lengthCounts[symbol]++;
        _items[_itemCount++] = (ushort)(symbol | (extra << 8));
    }
}
