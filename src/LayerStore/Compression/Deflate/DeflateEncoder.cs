namespace LayerStore.Compression.Deflate;

/// <summary>
/// Deflates data (RFC 1951) in one go, so that the outputs of several pieces can be joined. The output depends on the data alone:
/// on no processor's features, no runtime's version, nothing that the encoder did before. It is reused, because its tables are large.
/// </summary>
/// <remarks>
/// The <see cref="Parser"/> makes sequences of the data, a chunk at a time; chunks are collected in a block for as long as they have
/// much the same symbols; and the <see cref="BlockWriter"/> writes the block with codes made for it.
/// </remarks>
internal sealed class DeflateEncoder
{
    /// <summary>The most bytes that can be deflated in one go: what the counts of symbols have room for.</summary>
    public const int MaxLength = 1 << 20;

    /// <summary>A block ends after so many sequences, or as many as a chunk has more.</summary>
    private const int BlockSequences = 1 << 15;

    /// <summary>About the bits that a block takes beside its symbols.</summary>
    private const int BlockOverhead = 700;

    private readonly Parser _parser = new();
    private readonly BlockWriter _writer = new();
    private readonly Sequences _sequences = new(BlockSequences + (2 * Parser.ChunkSequences));
    private readonly SymbolCounts _block = new();
    private readonly SymbolCounts _chunk = new();

    /// <summary>
    /// The room that <see cref="Encode"/> needs for so many bytes. No block is longer than its data stored. That takes at most six bytes more, for
    /// each of the chunks, which have three bytes for each sequence at least; and five for each 64 KiB.
    /// </summary>
    public static int MaxOutput(int length) => length + (length / 256) + 64;

    /// <summary>Deflates, and returns the number of bytes written to the output.</summary>
    /// <param name="window">The data.</param>
    /// <param name="last">Whether the stream ends here. If not, an empty stored block fills the last byte (zlib's "sync flush").</param>
    /// <param name="output">Room for <see cref="MaxOutput"/> bytes.</param>
    public int Encode(Window window, bool last, Span<byte> output)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(window.Length, MaxLength);
        BitWriter bits = new(output);
        _parser.Reset();
        _block.Clear();
        int start = 0;
        int end = 0;
        long cost = 0;
        while (end < window.Length)
        {
            int held = _sequences.Count;
            _chunk.Clear();
            int next = _parser.Parse(window, end, _sequences, _chunk);
            long chunkCost = CostEstimate.Bits(_chunk);
            long jointCost = CostEstimate.Bits(_block, _chunk);
            if (end > start && (held >= BlockSequences || cost + chunkCost + BlockOverhead < jointCost))
            {
                WriteBlock(ref bits, window.Slice(start, end - start), held, last: false);
                start = end;
                jointCost = chunkCost;
            }

            _block.Add(_chunk);
            cost = jointCost;
            end = next;
        }

        if (end > start || last)
        {
            WriteBlock(ref bits, window.Slice(start, end - start), _sequences.Count, last);
        }

        if (!last)
        {
            BlockWriter.WriteStored(ref bits, default, last: false);
        }

        return bits.AlignToByte();
    }

    private void WriteBlock(ref BitWriter bits, ReadOnlySpan<byte> data, int sequences, bool last)
    {
        _block.AddEnd();
        _writer.Write(ref bits, data, _sequences, sequences, _block, last);
        _sequences.RemoveFirst(sequences);
        _block.Clear();
    }
}
