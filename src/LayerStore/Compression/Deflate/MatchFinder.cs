using System.Numerics;
using System.Runtime.CompilerServices;

namespace LayerStore.Compression.Deflate;

/// <summary>
/// Finds earlier occurrences of the bytes at a position. For each hash of four bytes there is a chain of positions, the newest
/// first; for each hash of three bytes the newest position only, because so short a match pays only when it is near.
/// </summary>
/// <remarks>
/// Positions are kept modulo 2^16: a match is at most 2^15 back, so the difference tells where it was. One from longer ago looks like a
/// nearer one; then the bytes there differ, or they are a match all the same. So nothing is ever renumbered, and the tables are small enough
/// for the nearest caches.
/// </remarks>
internal sealed class MatchFinder
{
    private const int HashBits = 15;
    private const int ShortHashBits = 14;
    private const int ChainMask = DeflateFormat.WindowSize - 1;

    /// <summary>A match of three bytes from farther away takes as many bits as the three bytes.</summary>
    private const int FarthestShort = 4096;

    private readonly ushort[] _newest = new ushort[1 << HashBits];
    private readonly ushort[] _older = new ushort[DeflateFormat.WindowSize];
    private readonly ushort[] _newestShort = new ushort[1 << ShortHashBits];

    /// <summary>Forgets everything: what an encoder saw before must not decide what it finds next.</summary>
    public void Reset()
    {
        Array.Clear(_newest);
        Array.Clear(_older);
        Array.Clear(_newestShort);
    }

    /// <summary>Records the positions of a range, without looking for matches.</summary>
    public void Insert(Window window, int position, int end)
    {
        for (; position < end; position++)
        {
            uint bytes = window.Load32(position);
            int hash = Hash(bytes);
            _older[position & ChainMask] = _newest[hash];
            _newest[hash] = (ushort)position;
            _newestShort[ShortHash(bytes)] = (ushort)position;
        }
    }

    /// <summary>Records a position, and looks for a match there.</summary>
    /// <param name="window">The data. At least four bytes are left.</param>
    /// <param name="position">Where the match is to begin.</param>
    /// <param name="length">Only longer matches count; at least 2.</param>
    /// <param name="steps">How far the chain is followed, at most.</param>
    /// <param name="distance">The match's distance; unchanged without one.</param>
    /// <returns>The match's length; without one, <paramref name="length"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(Window window, int position, int length, int steps, ref int distance)
    {
        uint start = window.Load32(position);
        int hash = Hash(start);
        int shortHash = ShortHash(start);
        int candidate = _newest[hash];
        int shortCandidate = _newestShort[shortHash];
        _older[position & ChainMask] = (ushort)candidate;
        _newest[hash] = (ushort)position;
        _newestShort[shortHash] = (ushort)position;

        int max = Math.Min(DeflateFormat.MaxMatch, window.Length - position);
        int longest = Math.Max(length, DeflateFormat.MinMatch);
        int farthest = Math.Min(position, DeflateFormat.WindowSize);
        int nearest = 0;
        for (; steps > 0; steps--)
        {
            // Distances grow along a chain. Where they do not, the rest is from longer ago than 2^16.
            int back = (ushort)(position - candidate);
            if (back <= nearest || back > farthest)
            {
                break;
            }

            nearest = back;
            int at = position - back;

            // A longer match has the same byte behind the longest one's end: most candidates fail there.
            if (window.Load32(at + longest - 3) == window.Load32(position + longest - 3) && window.Load32(at) == start)
            {
                int found = CommonLength(window, at, position, max);
                if (found > longest)
                {
                    longest = found;
                    distance = back;
                    if (found == max)
                    {
                        break;
                    }
                }
            }

            candidate = _older[candidate & ChainMask];
        }

        if (longest > DeflateFormat.MinMatch || length >= DeflateFormat.MinMatch)
        {
            return longest;
        }

        int shortBack = (ushort)(position - shortCandidate);
        if (shortBack == 0 || shortBack > Math.Min(farthest, FarthestShort) || (window.Load32(position - shortBack) ^ start) << 8 != 0)
        {
            return length;
        }

        distance = shortBack;
        return DeflateFormat.MinMatch;
    }

    /// <summary>How many bytes are the same in two places, of which four are known to be.</summary>
    private static int CommonLength(Window window, int a, int b, int max)
    {
        for (int length = 4; length < max; length += sizeof(ulong))
        {
            ulong differing = window.Load64(a + length) ^ window.Load64(b + length);
            if (differing != 0)
            {
                return Math.Min(max, length + (BitOperations.TrailingZeroCount(differing) >> 3));
            }
        }

        return max;
    }

    // Knuth's multiplicative hashing, with 2^32 divided by the golden ratio.
    private static int Hash(uint bytes) => (int)((bytes * 0x9E3779B1) >> (32 - HashBits));

    private static int ShortHash(uint bytes) => (int)(((bytes << 8) * 0x9E3779B1) >> (32 - ShortHashBits));
}
