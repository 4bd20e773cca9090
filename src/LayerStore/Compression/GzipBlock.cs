using LayerStore.Compression.Deflate;

namespace LayerStore.Compression;

/// <summary>
/// Deflates one block on its own, so that blocks can be deflated side by side and their outputs joined to one deflate
/// stream (RFC 1951). Reused: an encoder's tables are large.
/// </summary>
internal sealed class GzipBlock
{
    /// <summary>
    /// Bytes in a block. With the encoder it decides every digest that this store makes: see
    /// docs/decisions/0002-gzip-blocks.md and 0007-deflate-encoder.md before changing either.
    /// </summary>
    public const int Size = DeflateEncoder.MaxLength;

    private readonly DeflateEncoder _encoder = new();
    private readonly byte[] _input = new byte[Size + Window.Slack];
    private readonly byte[] _output = new byte[DeflateEncoder.MaxOutput(Size)];
    private int _inputLength;
    private int _outputLength;

    /// <summary>Whether nothing more fits.</summary>
    public bool IsFull => _inputLength == Size;

    /// <summary>What <see cref="Deflate"/> made.</summary>
    public ReadOnlySpan<byte> Output => _output.AsSpan(0, _outputLength);

    /// <summary>Takes as much as fits, and says how much.</summary>
    public int Fill(ReadOnlySpan<byte> data)
    {
        int count = Math.Min(data.Length, Size - _inputLength);
        data[..count].CopyTo(_input.AsSpan(_inputLength));
        _inputLength += count;
        return count;
    }

    /// <summary>Deflates what was filled in, and empties the block for the next.</summary>
    /// <param name="last">Whether it ends the stream. All others end at a byte, with an empty stored block (zlib's "sync flush").</param>
    public void Deflate(bool last)
    {
        _outputLength = _encoder.Encode(new Window(_input.AsSpan(0, _inputLength + Window.Slack)), last, _output);
        _inputLength = 0;
    }
}
