using System.Runtime.CompilerServices;

namespace LayerStore.Compression.Deflate;

/// <summary>Writes one block of a deflate stream in the shortest of its three forms (RFC 1951, 3.2.3).</summary>
internal sealed class BlockWriter
{
    private const int StoredType = 0;
    private const int FixedType = 1;
    private const int DynamicType = 2;
    private const int TypeBits = 3;

    // A literal's or length's bits with those that follow it, and their number from this bit on.
    private const int EntryShift = 24;
    private const uint EntryMask = (1 << EntryShift) - 1;

    private readonly DynamicCodes _dynamic = new();
    private readonly HuffmanCode _fixedLiterals = new(DeflateFormat.FixedLiteralSymbols, DeflateFormat.MaxCodeLength);
    private readonly HuffmanCode _fixedDistances = new(DeflateFormat.FixedDistanceSymbols, DeflateFormat.MaxCodeLength);
    private readonly uint[] _literalEntries = new uint[256];
    private readonly uint[] _lengthEntries = new uint[DeflateFormat.MaxMatch + 1];

    public BlockWriter()
    {
        // 3.2.6.
        Span<byte> lengths = stackalloc byte[DeflateFormat.FixedLiteralSymbols];
        lengths[..144].Fill(8);
        lengths[144..256].Fill(9);
        lengths[256..280].Fill(7);
        lengths[280..].Fill(8);
        _fixedLiterals.Use(lengths);
        lengths[..DeflateFormat.FixedDistanceSymbols].Fill(5);
        _fixedDistances.Use(lengths[..DeflateFormat.FixedDistanceSymbols]);
    }

    /// <summary>Writes a block.</summary>
    /// <param name="output">Has room for the data in stored blocks, at least.</param>
    /// <param name="data">What the sequences stand for.</param>
    /// <param name="sequences">The first of them are the block's contents.</param>
    /// <param name="count">How many.</param>
    /// <param name="counts">Their symbols, the end included.</param>
    /// <param name="last">Whether the stream ends here.</param>
    public void Write(ref BitWriter output, ReadOnlySpan<byte> data, Sequences sequences, int count, SymbolCounts counts, bool last)
    {
        int extra = ExtraBits(counts);
        int dynamicBits = _dynamic.Build(counts) + Bits(counts.Literals, _dynamic.Literals) + Bits(counts.Distances, _dynamic.Distances) + extra;
        int fixedBits = Bits(counts.Literals, _fixedLiterals) + Bits(counts.Distances, _fixedDistances) + extra;
        if (StoredBits(output.BitPosition, data.Length) <= TypeBits + Math.Min(dynamicBits, fixedBits))
        {
            WriteStored(ref output, data, last);
        }
        else if (fixedBits <= dynamicBits)
        {
            WriteType(ref output, FixedType, last);
            WriteSequences(ref output, data, sequences, count, _fixedLiterals, _fixedDistances);
        }
        else
        {
            WriteType(ref output, DynamicType, last);
            _dynamic.WriteTo(ref output);
            WriteSequences(ref output, data, sequences, count, _dynamic.Literals, _dynamic.Distances);
        }
    }

    /// <summary>Writes stored blocks; one if there is no data.</summary>
    public static void WriteStored(ref BitWriter output, ReadOnlySpan<byte> data, bool last)
    {
        do
        {
            ReadOnlySpan<byte> piece = data[..Math.Min(data.Length, DeflateFormat.MaxStored)];
            data = data[piece.Length..];
            WriteType(ref output, StoredType, last && data.IsEmpty);
            output.AlignToByte();
            output.Add((uint)piece.Length, 16);
            output.Add((ushort)~piece.Length, 16);
            output.Flush();
            output.Write(piece);
        }
        while (!data.IsEmpty);
    }

    private static void WriteType(ref BitWriter output, int type, bool last)
    {
        output.Add(((uint)type << 1) | (last ? 1u : 0), TypeBits);
        output.Flush();
    }

    private static int StoredBits(int position, int length)
    {
        int blocks = Math.Max(1, (length + DeflateFormat.MaxStored - 1) / DeflateFormat.MaxStored);
        int toByte = -(position + TypeBits) & 7;
        return TypeBits + toByte + 32 + ((blocks - 1) * 40) + (length * 8);
    }

    private static int Bits(ReadOnlySpan<int> counts, HuffmanCode code)
    {
        int bits = 0;
        for (int symbol = 0; symbol < counts.Length; symbol++)
        {
            bits += counts[symbol] * code.Lengths[symbol];
        }

        return bits;
    }

    private static int ExtraBits(SymbolCounts counts)
    {
        int bits = 0;
        ReadOnlySpan<byte> lengths = DeflateFormat.LengthExtraBits;
        for (int slot = 0; slot < lengths.Length; slot++)
        {
            bits += counts.Literals[DeflateFormat.FirstLengthSymbol + slot] * lengths[slot];
        }

        for (int symbol = 0; symbol < DeflateFormat.DistanceSymbols; symbol++)
        {
            bits += counts.Distances[symbol] * DeflateFormat.DistanceExtraBits(symbol);
        }

        return bits;
    }

    private void MakeEntries(HuffmanCode literals)
    {
        for (int i = 0; i < _literalEntries.Length; i++)
        {
            _literalEntries[i] = literals.Codes[i] | ((uint)literals.Lengths[i] << EntryShift);
        }

        for (int length = DeflateFormat.MinMatch; length <= DeflateFormat.MaxMatch; length++)
        {
            int slot = DeflateFormat.LengthSlots[length];
            int symbol = DeflateFormat.FirstLengthSymbol + slot;
            int codeBits = literals.Lengths[symbol];
            int extra = length - DeflateFormat.LengthBases[slot];
            _lengthEntries[length] = literals.Codes[symbol] | ((uint)extra << codeBits)
                | ((uint)(codeBits + DeflateFormat.LengthExtraBits[slot]) << EntryShift);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(ref BitWriter bits, uint entry) => bits.Add(entry & EntryMask, (int)(entry >> EntryShift));

    private void WriteSequences(
        ref BitWriter output, ReadOnlySpan<byte> data, Sequences sequences, int count, HuffmanCode literals, HuffmanCode distances)
    {
        MakeEntries(literals);

        // A copy on the stack stays in registers.
        BitWriter bits = output;
        uint[] literalEntries = _literalEntries;
        uint[] lengthEntries = _lengthEntries;
        ReadOnlySpan<int> runs = sequences.Literals[..count];
        ReadOnlySpan<uint> matches = sequences.Matches[..count];
        ReadOnlySpan<byte> distanceLengths = distances.Lengths;
        ReadOnlySpan<ushort> distanceCodes = distances.Codes;
        int position = 0;
        for (int i = 0; i < runs.Length; i++)
        {
            ReadOnlySpan<byte> run = data.Slice(position, runs[i]);
            position += run.Length;
            for (; run.Length >= 4; run = run[4..])
            {
                // 56 bits at most.
                Add(ref bits, literalEntries[run[0]]);
                Add(ref bits, literalEntries[run[1]]);
                Add(ref bits, literalEntries[run[2]]);
                Add(ref bits, literalEntries[run[3]]);
                bits.Flush();
            }

            foreach (byte literal in run)
            {
                Add(ref bits, literalEntries[literal]);
            }

            bits.Flush();
            uint match = matches[i];
            if (match == 0)
            {
                continue;
            }

            int length = Sequences.LengthOf(match);
            position += length;
            Add(ref bits, lengthEntries[length]);

            int distance = Sequences.DistanceOf(match);
            int symbol = DeflateFormat.DistanceSymbol(distance);
            int extraBits = DeflateFormat.DistanceExtraBits(symbol);
            bits.Add(distanceCodes[symbol], distanceLengths[symbol]);
            bits.Add((uint)(distance - 1) & ((1u << extraBits) - 1), extraBits);
            bits.Flush();
        }

        bits.Add(literals.Codes[DeflateFormat.EndOfBlock], literals.Lengths[DeflateFormat.EndOfBlock]);
        bits.Flush();
        output = bits;
    }
}
