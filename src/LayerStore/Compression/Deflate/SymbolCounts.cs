namespace LayerStore.Compression.Deflate;

/// <summary>How often each symbol occurs in some data.</summary>
internal sealed class SymbolCounts
{
    private readonly int[] _literals = new int[DeflateFormat.LiteralSymbols];
    private readonly int[] _distances = new int[DeflateFormat.DistanceSymbols];

    /// <summary>Of literals, the end, and lengths.</summary>
    public ReadOnlySpan<int> Literals => _literals;

    /// <summary>Of distances.</summary>
    public ReadOnlySpan<int> Distances => _distances;

    public void Clear()
    {
        Array.Clear(_literals);
        Array.Clear(_distances);
    }

    /// <summary>Counts literals.</summary>
    public void AddLiterals(ReadOnlySpan<byte> literals)
    {
        foreach (byte literal in literals)
        {
            _literals[literal]++;
        }
    }

    /// <summary>Counts a match.</summary>
    public void AddMatch(int length, int distance)
    {
        _literals[DeflateFormat.FirstLengthSymbol + DeflateFormat.LengthSlots[length]]++;
        _distances[DeflateFormat.DistanceSymbol(distance)]++;
    }

    /// <summary>Counts the end of a block.</summary>
    public void AddEnd() => _literals[DeflateFormat.EndOfBlock]++;

    /// <summary>Adds the counts of more data.</summary>
    public void Add(SymbolCounts more)
    {
        Add(_literals, more._literals);
        Add(_distances, more._distances);
    }

    private static void Add(Span<int> sums, ReadOnlySpan<int> more)
    {
        for (int i = 0; i < sums.Length; i++)
        {
            sums[i] += more[i];
        }
    }
}
