namespace LayerStore.Tar;

/// <summary>
/// Buffers a forward-only stream for the reader: small reads come from one buffer, large ones go straight to their target.
/// It knows positions and truncation, and nothing of the format.
/// </summary>
internal sealed class TarBlockReader(Stream stream)
{
    private readonly byte[] _buffer = new byte[64 << 10];
    private int _start;
    private int _end;

    /// <summary>Bytes given out so far.</summary>
    public long Position { get; private set; }

    /// <summary>Reads one whole block; empty at the end of the stream. The bytes stay valid until the next call.</summary>
    public ReadOnlySpan<byte> ReadBlock()
    {
        while (_end - _start < TarHeader.BlockSize)
        {
            if (Fill() == 0)
            {
                return _start == _end ? default : throw new TarFormatException("it ends inside a header");
            }
        }

        ReadOnlySpan<byte> block = _buffer.AsSpan(_start, TarHeader.BlockSize);
        Advance(TarHeader.BlockSize);
        return block;
    }

    /// <summary>The next block, which stays to be read; less, or nothing, at the end of the stream.</summary>
    public ReadOnlySpan<byte> PeekBlock()
    {
        while (_end - _start < TarHeader.BlockSize && Fill() > 0)
        {
        }

        return _buffer.AsSpan(_start, Math.Min(_end - _start, TarHeader.BlockSize));
    }

    /// <summary>Reads some bytes, at least one unless the target is empty.</summary>
    public int Read(Span<byte> target)
    {
        if (_start == _end)
        {
            if (target.Length >= _buffer.Length)
            {
                int direct = stream.Read(target);
                Position += direct;
                return direct > 0 ? direct : throw Truncated();
            }

            if (!target.IsEmpty && Fill() == 0)
            {
                throw Truncated();
            }
        }

        int count = Math.Min(target.Length, _end - _start);
        _buffer.AsSpan(_start, count).CopyTo(target);
        Advance(count);
        return count;
    }

    /// <summary>Reads all of it.</summary>
    public void ReadExactly(Span<byte> target)
    {
        while (!target.IsEmpty)
        {
            target = target[Read(target)..];
        }
    }

    /// <summary>Passes over bytes.</summary>
    public void Skip(long count)
    {
        if (SkipAtMost(count) < count)
        {
            throw Truncated();
        }
    }

    /// <summary>Passes over the zeros that fill the last block of a content. At the end of the archive they may be missing: some builders
    /// stop there (umoci 0.4 does), and nothing is lost with them.</summary>
    public void SkipPadding(int count) => SkipAtMost(count);

    private long SkipAtMost(long count)
    {
        long skipped = 0;
        while (skipped < count && (_start < _end || Fill() > 0))
        {
            int step = (int)Math.Min(count - skipped, _end - _start);
            Advance(step);
            skipped += step;
        }

        return skipped;
    }

    private static TarFormatException Truncated() => new("it ends inside an entry");

    private void Advance(int count)
    {
        _start += count;
        Position += count;
    }

    private int Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        int count = stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += count;
        return count;
    }
}
