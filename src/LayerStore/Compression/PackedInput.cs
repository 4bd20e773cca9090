namespace LayerStore.Compression;

/// <summary>A forward-only input with a buffer to look ahead in, that knows how much was taken from it.</summary>
internal sealed class PackedInput(Stream stream) : IDisposable
{
    private readonly byte[] _buffer = new byte[128 << 10];
    private int _start;
    private int _end;
    private bool _ended;

    /// <summary>Bytes taken so far.</summary>
    public long Position { get; private set; }

    /// <summary>The bytes that were read but not taken.</summary>
    public ReadOnlySpan<byte> Buffered => _buffer.AsSpan(_start, _end - _start);

    /// <summary>
    /// Reads until at least <paramref name="count"/> bytes are buffered, or the input ended. It returns what is there.
    /// </summary>
    public ReadOnlySpan<byte> Peek(int count)
    {
        if (_end - _start < count && !_ended)
        {
            Fill(count);
        }

        return Buffered;
    }

    /// <summary>Takes bytes that <see cref="Peek"/> showed.</summary>
    public void Take(int count)
    {
        _start += count;
        Position += count;
    }

    /// <summary>Takes the next byte, or −1 at the end.</summary>
    public int TakeByte()
    {
        if (Peek(1).IsEmpty)
        {
            return -1;
        }

        byte value = _buffer[_start];
        Take(1);
        return value;
    }

    /// <summary>Takes some bytes; 0 at the end.</summary>
    public int Read(Span<byte> target)
    {
        int count;
        if (_start == _end && target.Length >= _buffer.Length)
        {
            count = stream.Read(target);
            Position += count;
            return count;
        }

        ReadOnlySpan<byte> there = Peek(1);
        count = Math.Min(there.Length, target.Length);
        there[..count].CopyTo(target);
        Take(count);
        return count;
    }

    /// <summary>Disposes the stream.</summary>
    public void Dispose() => stream.Dispose();

    private void Fill(int count)
    {
        Buffered.CopyTo(_buffer);
        _end -= _start;
        _start = 0;
        while (_end < count && !_ended)
        {
            int read = stream.Read(_buffer, _end, _buffer.Length - _end);
            _end += read;
            _ended = read == 0;
        }
    }
}
