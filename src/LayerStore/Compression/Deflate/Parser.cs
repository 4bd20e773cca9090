using System.Numerics;

namespace LayerStore.Compression.Deflate;

/// <summary>
/// Divides data into literals and matches. A match is put off by a byte where a better one begins there ("lazy" matching; RFC 1951,
/// section 4). The numbers were chosen by measuring: docs/decisions/0007-deflate-encoder.md.
/// </summary>
internal sealed class Parser
{
    /// <summary>A chunk ends after so many sequences.</summary>
    public const int ChunkSequences = 1024;

    /// <summary>A chunk ends after so many bytes, or a little more.</summary>
    private const int ChunkBytes = 1 << 16;

    /// <summary>Candidates that are looked at for a match.</summary>
    private const int Steps = 4;

    /// <summary>The same for a match that would replace one.</summary>
    private const int LazySteps = 2;

    /// <summary>A match so long is never put off.</summary>
    private const int LongEnough = 32;

    /// <summary>The data needs so many bytes behind a position for a match to be sought there.</summary>
    private const int SearchBytes = 4;

    /// <summary>
    /// Where so many bytes had no match of four bytes or more, none of three is sought: they would be chance, and cost more than
    /// their literals where there are few different bytes (base64).
    /// </summary>
    private const int NoShortMatches = 512;

    /// <summary>
    /// After 2^9 bytes without a match of four bytes or more only every second position is tried, after 2^10 every third, and so on:
    /// the data does not pack.
    /// </summary>
    private const int SkipShift = 9;

    private readonly MatchFinder _finder = new();
    private int _lastMatchEnd;

    /// <summary>Forgets what was parsed before.</summary>
    public void Reset()
    {
        _finder.Reset();
        _lastMatchEnd = 0;
    }

    /// <summary>Parses a chunk, which is never empty, and returns its end.</summary>
    public int Parse(Window window, int position, Sequences sequences, SymbolCounts counts)
    {
        int literals = position;
        int searchEnd = window.Length - SearchBytes + 1;
        int chunkEnd = Math.Min(searchEnd, position + ChunkBytes);
        int full = sequences.Count + ChunkSequences - 1;
        while (position < chunkEnd && sequences.Count < full)
        {
            int matchless = position - _lastMatchEnd;
            int lessThanWanted = matchless < NoShortMatches ? DeflateFormat.MinMatch - 1 : DeflateFormat.MinMatch;
            int distance = 0;
            int length = _finder.Find(window, position, lessThanWanted, Steps, ref distance);
            if (distance == 0)
            {
                position += 1 + (matchless >> SkipShift);
                continue;
            }

            int recorded = position + 1;
            while (length < LongEnough && recorded < searchEnd)
            {
                int nextDistance = 0;
                int nextLength = _finder.Find(window, recorded++, length - 1, LazySteps, ref nextDistance);
                if (nextDistance == 0 || !IsBetter(nextLength, nextDistance, length, distance))
                {
                    break;
                }

                position++;
                (length, distance) = (nextLength, nextDistance);
            }

            int run = position - literals;
            counts.AddLiterals(window.Slice(literals, run));
            counts.AddMatch(length, distance);
            sequences.Add(run, length, distance);
            position += length;
            literals = position;
            _lastMatchEnd = length > DeflateFormat.MinMatch ? position : _lastMatchEnd;
            _finder.Insert(window, recorded, Math.Min(position, searchEnd));
        }

        if (position >= searchEnd)
        {
            position = window.Length;
        }

        if (position > literals)
        {
            counts.AddLiterals(window.Slice(literals, position - literals));
            sequences.Add(position - literals);
        }

        return position;
    }

    /// <summary>
    /// Whether a match is worth a literal before it. A byte more in it saves about four bits, a distance twice as long costs one.
    /// </summary>
    private static bool IsBetter(int length, int distance, int oldLength, int oldDistance) =>
        (4 * (length - oldLength)) + BitOperations.Log2((uint)oldDistance) - BitOperations.Log2((uint)distance) > 2;
}
