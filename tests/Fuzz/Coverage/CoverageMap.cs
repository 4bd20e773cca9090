using System.Numerics;
using System.Runtime.InteropServices;

namespace Fuzz.Coverage;

/// <summary>What the inputs so far have reached. A counter's new order of magnitude is new too: a loop that runs further than before.</summary>
internal sealed unsafe class CoverageMap(nint counters, IReadOnlyList<InstrumentedMethod> methods)
{
    private readonly int _length = methods.Count == 0 ? 0 : methods[^1].First + methods[^1].Count;
    private readonly byte[] _seen = new byte[methods.Count == 0 ? 0 : methods[^1].First + methods[^1].Count];

    /// <summary>How many counters were ever hit.</summary>
    public int Edges { get; private set; }

    /// <summary>How many pairs of counter and order of magnitude were.</summary>
    public int Features { get; private set; }

    private Span<byte> Counters => new((void*)counters, _length);

    /// <summary>Before an input runs.</summary>
    public void Reset() => Counters.Clear();

    /// <summary>After an input ran: remembers what it reached, and says how much of it is new.</summary>
    public int Take()
    {
        int added = 0;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(Counters);
        for (int i = 0; i < words.Length; i++)
        {
            if (words[i] != 0)
            {
                added += TakeRange(8 * i, 8);
            }
        }

        return added + TakeRange(8 * words.Length, _length % 8);
    }

    /// <summary>A line for each type that was reached, with those of its methods that were not.</summary>
    public IEnumerable<string> Describe()
    {
        foreach (IGrouping<string, InstrumentedMethod> type in methods.GroupBy(method => method.Type).OrderBy(type => type.Key, StringComparer.Ordinal))
        {
            int hit = type.Sum(Hit);
            if (hit > 0)
            {
                string missed = string.Join(' ', type.Where(method => Hit(method) == 0).Select(method => method.Name).Distinct());
                yield return $"{hit,5} of {type.Sum(method => method.Count),5}  {type.Key}{(missed.Length == 0 ? "" : $"  (not: {missed})")}";
            }
        }
    }

    private int Hit(InstrumentedMethod method) => _seen.AsSpan(method.First, method.Count).Length - _seen.AsSpan(method.First, method.Count).Count((byte)0);

    private int TakeRange(int first, int count)
    {
        int added = 0;
        ReadOnlySpan<byte> hits = Counters.Slice(first, count);
        for (int i = 0; i < count; i++)
        {
            if (hits[i] == 0)
            {
                continue;
            }

            // 1, 2–3, 4–7, …, 128–255.
            byte magnitude = (byte)(1 << BitOperations.Log2(hits[i]));
            ref byte seen = ref _seen[first + i];
            if ((seen & magnitude) == 0)
            {
                Edges += seen == 0 ? 1 : 0;
                seen |= magnitude;
                added++;
            }
        }

        Features += added;
        return added;
    }
}
