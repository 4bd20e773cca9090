namespace LayerStore.Compression.Deflate;

/// <summary>A canonical code of limited length (RFC 1951, 3.2.2), made from counts. Reused, so that nothing is allocated for a block.</summary>
internal sealed class HuffmanCode(int symbols, int maxLength)
{
    private const int SymbolBits = 9;

    private readonly byte[] _lengths = new byte[symbols];
    private readonly ushort[] _codes = new ushort[symbols];
    private readonly uint[] _sorted = new uint[symbols];
    private readonly int[] _weights = new int[2 * symbols];
    private readonly int[] _parents = new int[2 * symbols];
    private readonly int[] _leaves = new int[DeflateFormat.MaxCodeLength + 1];

    /// <summary>Each symbol's number of bits; 0 where it does not occur.</summary>
    public ReadOnlySpan<byte> Lengths => _lengths;

    /// <summary>Each symbol's bits, in the order in which they are written: Huffman codes begin with their highest bit (3.1.1).</summary>
    public ReadOnlySpan<ushort> Codes => _codes;

    /// <summary>Makes the code that these counts need.</summary>
    public void Build(ReadOnlySpan<int> counts)
    {
        int used = Sort(counts);
        Array.Clear(_lengths);
        if (used < 2)
        {
            // Some decoders refuse a code of one symbol: give it a second one.
            int symbol = used == 0 ? 0 : Symbol(0);
            _lengths[symbol] = 1;
            _lengths[symbol == 0 ? 1 : 0] = 1;
        }
        else
        {
            CountLeaves(used);
            LimitLength();
            SetLengths();
        }

        SetCodes();
    }

    /// <summary>Takes lengths that are known already.</summary>
    public void Use(ReadOnlySpan<byte> lengths)
    {
        lengths.CopyTo(_lengths);
        SetCodes();
    }

    private int Symbol(int rank) => (int)(_sorted[rank] & ((1 << SymbolBits) - 1));

    /// <summary>Sorts the symbols in use by count, and those of one count by number, so that the order is one and the same everywhere.</summary>
    private int Sort(ReadOnlySpan<int> counts)
    {
        int used = 0;
        for (int symbol = 0; symbol < counts.Length; symbol++)
        {
            if (counts[symbol] > 0)
            {
                _sorted[used++] = ((uint)counts[symbol] << SymbolBits) | (uint)symbol;
            }
        }

        ShellSort(_sorted.AsSpan(0, used));
        return used;
    }

    /// <summary>Shell's sort with Ciura's gaps. For a few hundred numbers it is as fast as the class library's, which is compiled at run time.</summary>
    private static void ShellSort(Span<uint> numbers)
    {
        foreach (int gap in (ReadOnlySpan<int>)[132, 57, 23, 10, 4, 1])
        {
            for (int i = gap; i < numbers.Length; i++)
            {
                uint moved = numbers[i];
                int free = i;
                for (; free >= gap && numbers[free - gap] > moved; free -= gap)
                {
                    numbers[free] = numbers[free - gap];
                }

                numbers[free] = moved;
            }
        }
    }

    /// <summary>
    /// Huffman's algorithm with two queues: the sorted leaves, and the nodes in the order in which they were made, which is by weight
    /// too. Node i has the number used + i. Then the number of leaves at each depth, from the root down.
    /// </summary>
    private void CountLeaves(int used)
    {
        int nodes = (2 * used) - 1;
        for (int i = 0; i < used; i++)
        {
            _weights[i] = (int)(_sorted[i] >> SymbolBits);
        }

        int leaf = 0;
        int node = used;
        for (int made = used; made < nodes; made++)
        {
            int weight = 0;
            for (int child = 0; child < 2; child++)
            {
                int lightest = leaf < used && (node == made || _weights[leaf] <= _weights[node]) ? leaf++ : node++;
                weight += _weights[lightest];
                _parents[lightest] = made;
            }

            _weights[made] = weight;
        }

        // The weights are used up: they become depths.
        Array.Clear(_leaves);
        _weights[nodes - 1] = 0;
        for (int i = nodes - 2; i >= 0; i--)
        {
            int depth = _weights[_parents[i]] + 1;
            _weights[i] = depth;
            if (i < used)
            {
                _leaves[Math.Min(depth, maxLength)]++;
            }
        }
    }

    /// <summary>
    /// Leaves that were too deep sit at the greatest length now, and the code is over-full. Each step makes room for one of them: the
    /// deepest leaf above becomes a node, with itself and one of them as children.
    /// </summary>
    private void LimitLength()
    {
        int tooMany = -(1 << maxLength);
        for (int length = 1; length <= maxLength; length++)
        {
            tooMany += _leaves[length] << (maxLength - length);
        }

        for (; tooMany > 0; tooMany--)
        {
            int length = maxLength - 1;
            while (_leaves[length] == 0)
            {
                length--;
            }

            _leaves[length]--;
            _leaves[length + 1] += 2;
            _leaves[maxLength]--;
        }
    }

    /// <summary>The rarest symbols get the longest codes.</summary>
    private void SetLengths()
    {
        int rank = 0;
        for (int length = maxLength; length > 0; length--)
        {
            for (int i = _leaves[length]; i > 0; i--)
            {
                _lengths[Symbol(rank++)] = (byte)length;
            }
        }
    }

    /// <summary>RFC 1951, 3.2.2: codes of one length are consecutive, in the order of their symbols.</summary>
    private void SetCodes()
    {
        Span<int> next = stackalloc int[DeflateFormat.MaxCodeLength + 2];
        foreach (byte length in _lengths)
        {
            next[length + 1] += length == 0 ? 0 : 1;
        }

        for (int length = 1; length < next.Length; length++)
        {
            next[length] = (next[length] + next[length - 1]) << 1;
        }

        for (int symbol = 0; symbol < _lengths.Length; symbol++)
        {
            int length = _lengths[symbol];
            _codes[symbol] = length == 0 ? (ushort)0 : Reverse(next[length]++, length);
        }
    }

    private static ushort Reverse(int code, int length)
    {
        int reversed = 0;
        for (; length > 0; length--)
        {
            reversed = (reversed << 1) | (code & 1);
            code >>= 1;
        }

        return (ushort)reversed;
    }
}
