namespace LayerStore.Tar;

/// <summary>
/// What PAX and GNU extension headers say of the next entry, and the entry that they and its own header make. Parses
/// spans; does no I/O.
/// </summary>
internal sealed class TarExtensions
{
    /// <summary>2^32−1 would be −1 to chown(2), "leave it".</summary>
    private const long MaxId = uint.MaxValue - 1L;

    private readonly PaxHeader _pax = new();
    private ByteString? _longName;
    private ByteString? _longLink;
    private bool _hasPax;

    /// <summary>Whether an entry must follow.</summary>
    public bool Any => _hasPax || _longName is not null || _longLink is not null;

    /// <summary>Whether and how the entry is sparse in one of the PAX forms.</summary>
    public PaxSparse Sparse => _pax.Sparse;

    /// <summary>The map of a <see cref="PaxSparse.MapInHeader"/> entry.</summary>
    public IReadOnlyList<SparseSegment> SparseMap => _pax.SparseMap;

    /// <summary>
    /// Checks the records of a <c>g</c> header, which are ignored, as Go does. Those that name and measure entries are refused: POSIX and
    /// GNU tar would give them to all entries that follow.
    /// </summary>
    /// <returns>How many there are.</returns>
    public static int CheckPax(ReadOnlySpan<byte> data)
    {
        int count = 0;
        for (PaxRecords records = new(data); records.MoveNext(); count++)
        {
            if (records.Key.SequenceEqual("path"u8) || records.Key.SequenceEqual("linkpath"u8) || records.Key.SequenceEqual("size"u8)
                || records.Key.StartsWith("GNU.sparse."u8))
            {
                throw new TarFormatException($"a global header has a record {Printable.Bytes(records.Key)}, which readers understand differently");
            }
        }

        return count;
    }

    /// <summary>Forgets what was said of the entry before.</summary>
    public void Clear()
    {
        _longName = _longLink = null;
        if (_hasPax)
        {
            _pax.Clear();
            _hasPax = false;
        }
    }

    /// <summary>Takes the records of an <c>x</c> header.</summary>
    /// <returns>How many there are.</returns>
    public int AddPax(ReadOnlySpan<byte> data)
    {
        // Go forgets the first, GNU tar adds the second to it: refused rather than read in two ways.
        if (_hasPax)
        {
            throw new TarFormatException("an entry has two PAX headers");
        }

        _hasPax = true;
        return _pax.Parse(data);
    }

    /// <summary>Takes a GNU <c>L</c> header's name.</summary>
    public void AddLongName(ReadOnlySpan<byte> data) => AddOnce(ref _longName, LongText(data));

    /// <summary>Takes a GNU <c>K</c> header's link target.</summary>
    public void AddLongLink(ReadOnlySpan<byte> data) => AddOnce(ref _longLink, LongText(data));

    /// <summary>Bytes that follow a regular file's header in the archive.</summary>
    /// <exception cref="TarFormatException">The header's field and the record say different sizes.</exception>
    public long StoredSize(TarHeader header) => _pax.Size is { } size
        ? !PaxSize.Contradict(header.Size, size)
            ? size
            : throw new TarFormatException($"the header says a size of {header.Size}, and its PAX record one of {size}")
        : header.Size;

    /// <summary>The entry that the headers make.</summary>
    public TarEntry MakeEntry(TarHeader header)
    {
        ByteString name = Choose(_pax.Path, _longName) ?? header.Name();
        TarEntryType type = TypeOf(header, name);
        bool isLink = type is TarEntryType.HardLink or TarEntryType.SymbolicLink;
        bool isDevice = type is TarEntryType.CharacterDevice or TarEntryType.BlockDevice;
        bool isFile = type == TarEntryType.RegularFile;
        bool oldSparse = header.TypeFlag == 'S';
        bool paxSparse = _pax.Sparse != PaxSparse.None;
        if (paxSparse && (oldSparse || !isFile))
        {
            throw new TarFormatException("a sparse map is on an entry that cannot have one");
        }

        return new TarEntry
        {
            Name = name,
            Type = type,
            Mode = ModeOf(header),
            UserId = Id(_pax.UserId ?? header.UserId, "user id"),
            GroupId = Id(_pax.GroupId ?? header.GroupId, "group id"),
            Size = !isFile ? 0
                : oldSparse ? header.SparseSize
                : paxSparse ? _pax.SparseSize ?? throw new TarFormatException("a sparse file's size is missing")
                : StoredSize(header),
            ModifiedAt = Time(_pax.ModifiedAt ?? new Timestamp(header.ModifiedAt, 0)),
            AccessedAt = (_pax.AccessedAt ?? header.AccessedAt) is { } accessed ? Time(accessed) : null,
            LinkName = isLink ? Choose(_pax.LinkPath, _longLink) ?? new ByteString(header.LinkName) : default,
            DeviceMajor = isDevice ? DeviceNumber(header.DeviceMajor) : 0,
            DeviceMinor = isDevice ? DeviceNumber(header.DeviceMinor) : 0,
            Xattrs = _pax.Xattrs(),
        };
    }

    private TarEntryType TypeOf(TarHeader header, ByteString name)
    {
        switch (header.TypeFlag)
        {
            // V7 has no type for directories: the slash says it. Go heeds that after NUL only and then ignores the size, GNU tar
            // heeds it after 0 too and skips content, so such an entry with a size is refused.
            case 0 or (byte)'0' or (byte)'7' when name.Span.EndsWith("/"u8):
                return StoredSize(header) == 0
                    ? TarEntryType.Directory
                    : throw new TarFormatException("a regular file's name ends in a slash");
            case 0 or (byte)'0' or (byte)'7':
                return TarEntryType.RegularFile;
            case (byte)'S' when name.Span.EndsWith("/"u8):
                throw new TarFormatException("a sparse file's name ends in a slash");
            case (byte)'S':
                // star has another map under the same letter.
                return header.Format == TarFormat.Gnu
                    ? TarEntryType.RegularFile
                    : throw new TarFormatException("type S, a sparse file, is not in GNU format");
            case (byte)'1':
                return TarEntryType.HardLink;
            case (byte)'2':
                return TarEntryType.SymbolicLink;
            case (byte)'3':
                return TarEntryType.CharacterDevice;
            case (byte)'4':
                return TarEntryType.BlockDevice;
            case (byte)'5':
                return TarEntryType.Directory;
            case (byte)'6':
                return TarEntryType.Fifo;

            // To skip these would lose something: the rest of a file (M), renames and links (N), the names that a directory
            // should hold (D), an access list (A). No OCI tool writes them, and containerd refuses them too.
            case (byte)'M':
                throw new TarFormatException("type M, a file continued from another volume, does not belong in a layer");
            case (byte)'N' or (byte)'D':
                throw new TarFormatException($"type {(char)header.TypeFlag}, of an incremental backup, does not belong in a layer");
            case (byte)'A':
                throw new TarFormatException("type A, a Solaris access control list, does not belong in a layer");
            default:
                throw new TarFormatException($"type {Printable.Bytes([header.TypeFlag])} is not known");
        }
    }

    /// <summary>
    /// libarchive writes the owning group's own permissions into the header, GNU tar the mask that stat(2) shows there. To set the
    /// former would take from the list's mask what it allows.
    /// </summary>
    private uint ModeOf(TarHeader header)
    {
        uint mode = (uint)(header.Mode & 0xFFF);
        return _pax.GroupBits is { } bits ? (mode & ~0x38u) | (bits << 3) : mode;
    }

    private static ByteString? Choose(ByteString? pax, ByteString? gnu) =>
        pax is { } first && gnu is { } second && first != second
            ? throw new TarFormatException("a PAX and a GNU header name the entry differently")
            : pax ?? gnu;

    private static void AddOnce(ref ByteString? text, ByteString? value) =>
        text = text is null ? value : throw new TarFormatException("an entry has two long names");

    /// <summary>GNU tar ends the text with a NUL, others do not. Without text nothing was said.</summary>
    private static ByteString? LongText(ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<byte> text = data.TrimEnd((byte)0);
        return text.Contains((byte)0) ? throw new TarFormatException("a long name holds a NUL")
            : text.IsEmpty ? null
            : new ByteString(text);
    }

    private static uint Id(long value, string what) =>
        value is >= 0 and <= MaxId ? (uint)value : throw new TarFormatException($"the {what} is out of range: {value}");

    /// <summary>The least number has no decimal that <see cref="PaxTime"/> reads back, so it could not be written again.</summary>
    private static Timestamp Time(Timestamp time) =>
        time.Seconds > long.MinValue ? time : throw new TarFormatException($"a time is out of range: {time.Seconds}");

    /// <summary>Linux has 12 bits for the major and 20 for the minor number; what the field holds as octal digits is enough for every system.</summary>
    private static uint DeviceNumber(long value) =>
        value <= TarHeaderWriter.MaxId ? (uint)value : throw new TarFormatException($"a device number is over {TarHeaderWriter.MaxId}: {value}");
}
