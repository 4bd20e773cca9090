namespace LayerStore.Tar;

/// <summary>The content of the current entry, dense: stored segments with zeros between them.</summary>
internal sealed class TarContent(TarBlockReader input)
{
    private long _size;
    private long _position;
    private long _stored;
    private int _padding;
    private int _segment;

    /// <summary>The stored segments, checked, in order. A file that is not sparse has one, an empty one none.</summary>
    public List<SparseSegment> SparseMap { get; } = [];

    /// <summary>Starts an entry whose map is in <see cref="SparseMap"/>.</summary>
    /// <param name="size">Dense bytes.</param>
    /// <param name="stored">Bytes that the segments have in the archive.</param>
    public void Begin(long size, long stored)
    {
        _size = size;
        _position = 0;
        _stored = stored;
        _padding = (int)(-stored & (TarHeader.BlockSize - 1));
        _segment = 0;
    }

    /// <summary>Reads until the target is full; less at the end.</summary>
    public int Read(Span<byte> target)
    {
        int total = 0;
        for (int count; (count = ReadSome(target[total..])) > 0; total += count)
        {
        }

        return total;
    }

    /// <summary>Passes over what is left, and over the padding.</summary>
    public void Skip()
    {
        input.Skip(_stored);
        input.SkipPadding(_padding);
        _stored = _padding = 0;
        _position = _size;
    }

    private int ReadSome(Span<byte> target)
    {
        int count = (int)Math.Min(target.Length, _size - _position);
        if (count == 0)
        {
            return 0;
        }

        while (_segment < SparseMap.Count && SparseMap[_segment].End <= _position)
        {
            _segment++;
        }

        long hole = (_segment < SparseMap.Count ? SparseMap[_segment].Offset : _size) - _position;
        if (hole > 0)
        {
            count = (int)Math.Min(count, hole);
            target[..count].Clear();
        }
        else
        {
            count = (int)Math.Min(count, SparseMap[_segment].End - _position);
            count = input.Read(target[..count]);
            _stored -= count;
        }

        _position += count;
        return count;
    }
}
