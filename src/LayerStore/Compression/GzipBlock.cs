using ICSharpCode.SharpZipLib.Zip.Compression;

namespace LayerStore.Compression;

/// <summary>
/// Deflates one block on its own, so that blocks can be deflated side by side and their outputs joined to one deflate
/// stream (RFC 1951). Reused: an encoder's tables are large.
/// </summary>
internal sealed class GzipBlock
{
    /// <summary>
    /// Bytes in a block. With <see cref="Level"/> it decides every digest that this store makes: see
    /// docs/decisions/0002-gzip-blocks.md before changing either.
    /// </summary>
    public const int Size = 1 << 20;

    /// <summary>SharpZipLib's level.</summary>
    public const int Level = 5;

    private readonly DeflaterPending _pending = new();
    private readonly DeflaterEngine _engine;
    private readonly byte[] _input = new byte[Size];
    private byte[] _output = new byte[Size / 2];
    private int _inputLength;
    private int _outputLength;

    public GzipBlock()
    {
        _engine = new DeflaterEngine(_pending, noAdlerCalculation: true);
        _engine.SetLevel(Level);
    }

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
        _pending.Reset();
        _engine.Reset();
        _engine.SetInput(_input, 0, _inputLength);
        _inputLength = 0;
        _outputLength = 0;

        bool more;
        do
        {
            more = _engine.Deflate(flush: true, finish: last);
            TakeOutput();
        }
        while (more);

        if (last)
        {
            _pending.AlignToByte();
        }
        else
        {
            // A header of three zero bits (not final, stored), then the length and its complement at the next byte. SharpZipLib's
            // own Deflater.Flush does not end at a byte.
            _pending.WriteBits(0, 3);
            _pending.AlignToByte();
            _pending.WriteShort(0);
            _pending.WriteShort(0xFFFF);
        }

        TakeOutput();
    }

    private void TakeOutput()
    {
        while (true)
        {
            if (_outputLength == _output.Length)
            {
                Array.Resize(ref _output, _output.Length * 2);
            }

            int count = _pending.Flush(_output, _outputLength, _output.Length - _outputLength);
            if (count == 0)
            {
                return;
            }

            _outputLength += count;
        }
    }
}
