using Fuzz.Targets;

namespace Fuzz.Engine;

/// <summary>
/// Makes an input smaller while it shows the same fault: takes out pieces, the large ones first, then makes the bytes that
/// are left plain. After each change the target may repair what depends on it, such as a checksum.
/// </summary>
/// <param name="target">The target.</param>
/// <param name="keeps">Whether an input still shows the fault.</param>
/// <param name="maxTries">When to be content.</param>
internal sealed class Minimizer(FuzzTarget target, Predicate<byte[]> keeps, int maxTries)
{
    private int _tries;

    /// <summary>Shrinks.</summary>
    public byte[] Shrink(byte[] input)
    {
        byte[] best = input;
        while (true)
        {
            byte[] smaller = Plain(Cut(best));
            if (smaller.AsSpan().SequenceEqual(best) || _tries >= maxTries)
            {
                return smaller;
            }

            best = smaller;
        }
    }

    private byte[] Cut(byte[] best)
    {
        for (int piece = PieceFor(best.Length); piece > 0; piece /= 2)
        {
            for (int end = best.Length; end > 0 && _tries < maxTries;)
            {
                int start = Math.Max(0, end - piece);
                byte[] without = [.. best.AsSpan(0, start), .. best.AsSpan(end)];
                best = Better(without) ?? best;
                end = Math.Min(start, best.Length);
            }
        }

        return best;
    }

    private byte[] Plain(byte[] best)
    {
        for (int i = 0; i < best.Length && _tries < maxTries; i++)
        {
            foreach (byte plain in target.PlainBytes)
            {
                if (best[i] == plain)
                {
                    break;
                }

                byte[] changed = [.. best];
                changed[i] = plain;
                if (Better(changed) is { } better && better.Length <= best.Length)
                {
                    best = better;
                    break;
                }
            }
        }

        return best;
    }

    private byte[]? Better(byte[] candidate)
    {
        _tries++;
        if (keeps(candidate))
        {
            return candidate;
        }

        byte[] repaired = target.Repair(candidate);
        return !ReferenceEquals(repaired, candidate) && keeps(repaired) ? repaired : null;
    }

    /// <summary>A power of two, so that pieces of archives fall on its blocks.</summary>
    private static int PieceFor(int length) => length < 2 ? length : 1 << System.Numerics.BitOperations.Log2((uint)(length - 1));
}
