using System.Diagnostics.CodeAnalysis;

namespace LayerStore.Tar;

/// <summary>
/// Reads the entries of an uncompressed layer, byte-exact: V7, ustar, PAX and GNU headers, names and xattrs as bytes,
/// sparse files dense (POSIX pax, "ustar Interchange Format" and "pax Interchange Format"; GNU tar manual, "Tar Internals").
/// </summary>
/// <remarks>
/// Forward-only, one entry at a time; synchronous, because it is the hot path and its stream is most often a pipe in
/// memory. All input is hostile: every problem is a <see cref="LayerStoreException"/> of kind DataLoss.
/// Reading <see cref="Next"/> to null does not drain the stream: bytes may follow the end marker, and they count in the diffID.
/// The reader reads ahead, so afterwards the stream is somewhere behind the marker: drain it, do not parse on.
/// <para>Where readers disagree, an archive means what Go's archive/tar makes of it, because containerd, docker, podman and
/// umoci read with it: two readings of one layer are an attack. So only regular files have content, whatever size another
/// entry's header states, also a hard link's (POSIX ustar says the same; libarchive may take bytes after a PAX hard link for its
/// content): if bytes do follow, they fail as a header. One block of zeros must be followed by another, or by the end. A stream may end without an end marker, but
/// only between entries. What Go leaves open is refused: a second <c>x</c> header before an entry, a PAX and a GNU name that
/// differ, an extension header that no entry follows.</para>
/// </remarks>
public sealed class TarReader
{
    private readonly TarBlockReader _input;
    private readonly TarLimits _limits;
    private readonly TarExtensions _extensions = new();
    private readonly TarContent _content;
    private byte[] _header = new byte[4 * TarHeader.BlockSize];
    private LayerStoreException? _failure;
    private long _entries;
    private long _totalBytes;
    private bool _ended;

    /// <summary>Reads from a stream that stays the caller's.</summary>
    public TarReader(Stream stream, TarLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _input = new TarBlockReader(stream);
        _content = new TarContent(_input);
        _limits = limits ?? new TarLimits();
    }

    /// <summary>
    /// Where the content of the entry that <see cref="Next"/> returned last begins, in bytes from the start of the tar, a multiple of 512: there
    /// it stands as it is read. Null if it does not: the entry is no regular file, or a sparse one.
    /// </summary>
    public long? ContentOffset { get; private set; }

    /// <summary>How many bytes of the tar were made use of; after its end, with those of the end marker. What was read ahead is not counted.</summary>
    public long Position => _input.Position;

    /// <summary>The next entry, or null at the end. Unread content of the one before is skipped.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: damaged, truncated, ambiguous or over a limit.</exception>
    public TarEntry? Next()
    {
        ThrowIfFailed();
        ContentOffset = null;
        if (_ended)
        {
            return null;
        }

        long start = _input.Position;
        try
        {
            _content.Skip();
            start = _input.Position;
            TarEntry? entry = ReadEntry();
            _ended = entry is null;
            return entry;
        }
        catch (TarFormatException e)
        {
            throw Fail(e, $"the entry at byte {start}");
        }
    }

    /// <summary>Reads from the content of the entry that <see cref="Next"/> returned last, until the buffer is full or the content ends.</summary>
    /// <returns>How many bytes; fewer than the buffer has only at the content's end, none behind it.</returns>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: the archive ends inside the content.</exception>
    public int Read(Span<byte> buffer)
    {
        ThrowIfFailed();
        try
        {
            return _content.Read(buffer);
        }
        catch (TarFormatException e)
        {
            throw Fail(e, $"the content at byte {_input.Position}");
        }
    }

    private TarEntry? ReadEntry()
    {
        _extensions.Clear();
        while (true)
        {
            ReadOnlySpan<byte> block = _input.ReadBlock();
            if (block.IsEmpty || TarHeader.IsZero(block))
            {
                ReadEndMarker(block);
                return null;
            }

            TarHeader header = new(block);
            if (!header.ChecksumIsRight())
            {
                throw new TarFormatException("the header's checksum is wrong");
            }

            switch (header.TypeFlag)
            {
                case (byte)'x':
                    CheckRecords(_extensions.AddPax(ReadExtension(header.Size)));
                    break;
                case (byte)'g':
                    // Defaults for all that follows. Layers that have one (git archive's commit) mean no harm by it, and Go ignores it.
                    CountEntry();
                    CheckRecords(TarExtensions.CheckPax(ReadExtension(header.Size)));
                    break;
                case (byte)'L':
                    _extensions.AddLongName(ReadExtension(header.Size));
                    break;
                case (byte)'K':
                    _extensions.AddLongLink(ReadExtension(header.Size));
                    break;
                case (byte)'V':
                    // GNU tar's label of the archive: it makes no file.
                    CountEntry();
                    _input.Skip(Padded(header.Size));
                    break;
                default:
                    CountEntry();
                    return ReadEntry(header);
            }
        }
    }

    private TarEntry ReadEntry(TarHeader header)
    {
        TarEntry entry = _extensions.MakeEntry(header);
        CheckPath(PathLength(entry.Name.Span), "name");
        CheckPath(entry.LinkName.Length, "link target");
        foreach (Xattr xattr in entry.Xattrs)
        {
            CheckLimit(xattr.Value.Length, _limits.MaxXattrBytes, "bytes in an extended attribute", nameof(TarLimits.MaxXattrBytes));
        }

        if (entry.Type != TarEntryType.RegularFile)
        {
            return entry;
        }

        // What reads on needs the header's block no longer: its buffer may be filled anew.
        long stored = _extensions.StoredSize(header);
        bool oldSparse = header.TypeFlag == 'S';
        bool hidesContent = PaxSize.HidesContent(header.Size, stored);
        PaxSparse sparse = _extensions.Sparse;
        List<SparseSegment> map = _content.SparseMap;
        map.Clear();
        if (oldSparse)
        {
            ReadOldSparseMap(header, map);
        }

        if (hidesContent && PaxSize.LooksLikeAnEntry(_input.PeekBlock()))
        {
            throw new TarFormatException("the header says that an entry has no content, and its PAX size record that what looks like entries is its content");
        }

        if (sparse == PaxSparse.MapInHeader)
        {
            map.AddRange(_extensions.SparseMap);
        }
        else if (sparse == PaxSparse.MapInData)
        {
            stored -= ReadSparseMapInData(stored, map);
        }

        if (oldSparse || sparse != PaxSparse.None)
        {
            SparseMapParser.Check(map, entry.Size, stored);
        }
        else
        {
            ContentOffset = _input.Position;
            if (stored > 0)
            {
                map.Add(new SparseSegment(0, stored));
            }
        }

        CountContent(entry.Size);
        _content.Begin(entry.Size, stored);
        return entry;
    }

    private void ReadOldSparseMap(TarHeader header, List<SparseSegment> map)
    {
        bool more = header.SparseMapContinues;
        bool open = SparseMapParser.ParseDescriptors(header.SparseMap, map);
        for (int bytes = TarHeader.BlockSize; more; bytes += TarHeader.BlockSize)
        {
            CheckLimit(bytes, _limits.MaxHeaderBytes, "bytes in a sparse map", nameof(TarLimits.MaxHeaderBytes));
            ReadOnlySpan<byte> block = _input.ReadBlock();
            if (block.IsEmpty)
            {
                throw new TarFormatException("it ends inside a sparse map");
            }

            const int length = SparseMapParser.DescriptorsPerBlock * SparseMapParser.DescriptorSize;
            open = open && SparseMapParser.ParseDescriptors(block[..length], map);
            more = block[length] != 0;
        }
    }

    private int ReadSparseMapInData(long stored, List<SparseSegment> map)
    {
        int length = 0;
        long lines = 0;
        long? needed = null;
        while (needed is null || lines < needed)
        {
            CheckLimit(length + TarHeader.BlockSize, _limits.MaxHeaderBytes, "bytes in a sparse map", nameof(TarLimits.MaxHeaderBytes));
            if (length + TarHeader.BlockSize > stored)
            {
                throw new TarFormatException("a sparse map is longer than what is stored");
            }

            Span<byte> block = Grow(length, TarHeader.BlockSize);
            _input.ReadExactly(block);
            length += TarHeader.BlockSize;
            lines += block.Count((byte)'\n');
            if (needed is null && lines > 0)
            {
                needed = SparseMapParser.CountLines(_header.AsSpan(0, length));
            }
        }

        SparseMapParser.ParseLines(_header.AsSpan(0, length), map);
        return length;
    }

    private ReadOnlySpan<byte> ReadExtension(long size)
    {
        CheckLimit(size, _limits.MaxHeaderBytes, "bytes in an extension header", nameof(TarLimits.MaxHeaderBytes));
        Span<byte> data = Grow(0, (int)size);
        _input.ReadExactly(data);
        _input.Skip(Padded(size) - size);
        return data;
    }

    private Span<byte> Grow(int start, int count)
    {
        if (_header.Length < start + count)
        {
            Array.Resize(ref _header, Math.Max(start + count, 2 * _header.Length));
        }

        return _header.AsSpan(start, count);
    }

    private void ReadEndMarker(ReadOnlySpan<byte> block)
    {
        if (_extensions.Any)
        {
            throw new TarFormatException("an extension header has no entry after it");
        }

        if (!block.IsEmpty && !TarHeader.IsZero(_input.ReadBlock()))
        {
            throw new TarFormatException("one block of zeros, and not two, stands before more entries");
        }
    }

    private void CountEntry() => CheckLimit(++_entries, _limits.MaxEntries, "entries", nameof(TarLimits.MaxEntries));

    private void CountContent(long size)
    {
        _totalBytes = size > long.MaxValue - _totalBytes ? long.MaxValue : _totalBytes + size;
        CheckLimit(_totalBytes, _limits.MaxTotalBytes, "bytes of content", nameof(TarLimits.MaxTotalBytes));
        CheckLimit(size, _limits.MaxFileBytes, "bytes in a file", nameof(TarLimits.MaxFileBytes));
    }

    /// <summary>
    /// How long the path is that a name stands for. A directory's name has a slash more, and a whiteout's four letters more than
    /// the path that it hides (OCI image-spec, layer.md, "Whiteouts"), which may be as long as any.
    /// </summary>
    private static int PathLength(ReadOnlySpan<byte> name)
    {
        name = name.TrimEnd((byte)'/');
        return name.Length - (name[(name.LastIndexOf((byte)'/') + 1)..].StartsWith(".wh."u8) ? 4 : 0);
    }

    private void CheckRecords(int count) =>
        CheckLimit(count, _limits.MaxHeaderRecords, "records in an extension header", nameof(TarLimits.MaxHeaderRecords));

    private void CheckPath(int length, string what) =>
        CheckLimit(length, _limits.MaxPathBytes, $"bytes in a {what}", nameof(TarLimits.MaxPathBytes));

    private static void CheckLimit(long value, long limit, string what, string name)
    {
        if (value > limit)
        {
            throw new TarFormatException(
                $"there are more {what} than {name} allows ({limit})", Limit.Hint(name));
        }
    }

    private static long Padded(long size) =>
        size > long.MaxValue - TarHeader.BlockSize
            ? throw new TarFormatException($"a size is too large: {size}")
            : (size + TarHeader.BlockSize - 1) / TarHeader.BlockSize * TarHeader.BlockSize;

    private void ThrowIfFailed()
    {
        if (_failure is not null)
        {
            throw new LayerStoreException(_failure.Kind, _failure.Message, _failure.Hint, _failure);
        }
    }

    [DoesNotReturn]
    private LayerStoreException Fail(TarFormatException problem, string where)
    {
        _failure = new LayerStoreException(
            ErrorKind.DataLoss,
            $"the tar is not valid: {problem.Message} ({where})",
            problem.Hint ?? "The layer is damaged, hostile, or made by a broken tool: get it again, or build it again with another tool.");
        throw _failure;
    }
}
