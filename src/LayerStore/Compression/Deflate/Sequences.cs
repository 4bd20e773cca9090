namespace LayerStore.Compression.Deflate;

/// <summary>
/// What data becomes before it is coded: runs of literals, each followed by a match. The literals themselves stay in the data.
/// </summary>
internal sealed class Sequences(int capacity)
{
    private const int LengthShift = 16;

    private readonly int[] _literals = new int[capacity];
    private readonly uint[] _matches = new uint[capacity];

    /// <summary>The number of sequences.</summary>
    public int Count { get; private set; }

    /// <summary>The number of literals of each.</summary>
    public ReadOnlySpan<int> Literals => _literals.AsSpan(0, Count);

    /// <summary>The match of each, for <see cref="LengthOf"/> and <see cref="DistanceOf"/>; 0 is none.</summary>
    public ReadOnlySpan<uint> Matches => _matches.AsSpan(0, Count);

    /// <summary>A match's length.</summary>
    public static int LengthOf(uint match) => (int)(match >> LengthShift);

    /// <summary>A match's distance.</summary>
    public static int DistanceOf(uint match) => (int)(match & ((1 << LengthShift) - 1));

    /// <summary>Adds literals and a match.</summary>
    public void Add(int literals, int length, int distance)
    {
        _literals[Count] = literals;
        _matches[Count++] = ((uint)length << LengthShift) | (uint)distance;
    }

    /// <summary>Adds literals that no match follows.</summary>
    public void Add(int literals) => Add(literals, 0, 0);

    /// <summary>Removes those that were written.</summary>
    public void RemoveFirst(int count)
    {
        Literals[count..].CopyTo(_literals);
        Matches[count..].CopyTo(_matches);
        Count -= count;
    }
}
