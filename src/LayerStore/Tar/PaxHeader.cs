namespace LayerStore.Tar;

/// <summary>
/// What the records of a PAX <c>x</c> header say of the entry that follows. A keyword's last record wins, and an empty
/// value takes back an earlier one (POSIX.1-2017 pax). Bytes stay bytes, so <c>hdrcharset=BINARY</c> changes nothing.
/// </summary>
/// <remarks>One object serves all entries of an archive; <see cref="Clear"/> empties it.</remarks>
internal sealed class PaxHeader
{
    private readonly Dictionary<ByteString, ByteString> _xattrs = [];
    private readonly List<SparseSegment> _sparseMap = [];
    private long? _pendingOffset;
    private long? _sparseMajor;
    private long? _sparseMinor;
    private bool _hasSparseMap;
    private ByteString? _path;
    private ByteString? _sparsePath;

    /// <summary>The entry's path: what a sparse file is really called, or <c>path</c>.</summary>
    public ByteString? Path => _sparsePath ?? _path;

    public ByteString? LinkPath { get; private set; }

    /// <summary>Bytes stored in the archive. It wins over the header's size, and belongs to this entry only.</summary>
    public long? Size { get; private set; }

    public long? UserId { get; private set; }

    public long? GroupId { get; private set; }

    /// <summary>The mode's group bits, 0 to 7, when an access list's text says them by its mask.</summary>
    public uint? GroupBits { get; private set; }

    public Timestamp? ModifiedAt { get; private set; }

    public Timestamp? AccessedAt { get; private set; }

    /// <summary>A sparse file's dense size.</summary>
    public long? SparseSize { get; private set; }

    /// <summary>Whether and how the entry is sparse.</summary>
    public PaxSparse Sparse => (_sparseMajor, _sparseMinor) switch
    {
        (1, 0) => PaxSparse.MapInData,
        (0, 0 or 1) => PaxSparse.MapInHeader,
        (null, null) => _hasSparseMap ? PaxSparse.MapInHeader : PaxSparse.None,
        _ => throw new TarFormatException($"GNU sparse format {_sparseMajor}.{_sparseMinor} is not known"),
    };

    /// <summary>The map, for <see cref="PaxSparse.MapInHeader"/>.</summary>
    public IReadOnlyList<SparseSegment> SparseMap => _sparseMap;

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _xattrs.Clear();
        _sparseMap.Clear();
        _pendingOffset = _sparseMajor = _sparseMinor = null;
        _hasSparseMap = false;
        _path = _sparsePath = LinkPath = null;
        Size = UserId = GroupId = SparseSize = null;
        ModifiedAt = AccessedAt = null;
        GroupBits = null;
    }

    /// <summary>Reads a block of records, and returns how many there are.</summary>
    public int Parse(ReadOnlySpan<byte> block)
    {
        int count = 0;
        for (PaxRecords records = new(block); records.MoveNext(); count++)
        {
            Add(records.Key, records.Value);
        }

        if (_pendingOffset is not null)
        {
            throw new TarFormatException("a sparse map ends inside an entry");
        }

        return count;
    }

    /// <summary>The extended attributes, ordered by name.</summary>
    public IReadOnlyList<Xattr> Xattrs()
    {
        if (_xattrs.Count == 0)
        {
            return [];
        }

        Xattr[] list = [.. _xattrs.Select(pair => new Xattr(pair.Key, pair.Value))];
        Array.Sort(list, (left, right) => left.Name.CompareTo(right.Name));
        return list;
    }

    private void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        switch (key)
        {
            case var _ when key.SequenceEqual("path"u8):
                _path = PathOrNull(value);
                break;
            case var _ when key.SequenceEqual("linkpath"u8):
                LinkPath = PathOrNull(value);
                break;
            case var _ when key.SequenceEqual("size"u8):
                Size = NumberOrNull(value, "size");
                break;
            case var _ when key.SequenceEqual("uid"u8):
                UserId = NumberOrNull(value, "user id");
                break;
            case var _ when key.SequenceEqual("gid"u8):
                GroupId = NumberOrNull(value, "group id");
                break;
            case var _ when key.SequenceEqual("mtime"u8):
                ModifiedAt = TimeOrNull(value, "modification time");
                break;
            case var _ when key.SequenceEqual("atime"u8):
                AccessedAt = TimeOrNull(value, "access time");
                break;
            case var _ when key.SequenceEqual("ctime"u8):
                TimeOrNull(value, "change time"); // No one can set it, but what is wrong is wrong.
                break;
            case var _ when key.StartsWith(XattrRecord.SchilyPrefix):
                SetXattr(new ByteString(key[XattrRecord.SchilyPrefix.Length..]), new ByteString(value));
                break;
            case var _ when key.StartsWith(XattrRecord.LibArchivePrefix):
                SetXattr(XattrRecord.DecodeName(key[XattrRecord.LibArchivePrefix.Length..]), XattrRecord.DecodeValue(value));
                break;
            case var _ when key.SequenceEqual("SCHILY.acl.access"u8):
                SetAcl("system.posix_acl_access", value, keepMinimal: false);
                break;
            case var _ when key.SequenceEqual("SCHILY.acl.default"u8):
                SetAcl("system.posix_acl_default", value, keepMinimal: true);
                break;
            case var _ when key.StartsWith("GNU.sparse."u8):
                AddSparse(key["GNU.sparse."u8.Length..], value);
                break;
            default:
                // User and group names, comment, SCHILY.fflags, RHT.security.selinux and other people's records: Linux layers have
                // no use for them, and POSIX wants unknown ones ignored.
                break;
        }
    }

    private void AddSparse(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        switch (key)
        {
            case var _ when key.SequenceEqual("major"u8):
                _sparseMajor = NumberOrNull(value, "version of a sparse map");
                break;
            case var _ when key.SequenceEqual("minor"u8):
                _sparseMinor = NumberOrNull(value, "version of a sparse map");
                break;
            case var _ when key.SequenceEqual("name"u8):
                _sparsePath = PathOrNull(value);
                break;
            case var _ when key.SequenceEqual("size"u8) || key.SequenceEqual("realsize"u8):
                SparseSize = NumberOrNull(value, "sparse file's size");
                break;
            case var _ when key.SequenceEqual("map"u8):
                // Format 0.1; the last one wins.
                _sparseMap.Clear();
                SparseMapParser.ParseList(value, _sparseMap);
                _hasSparseMap = true;
                break;
            case var _ when key.SequenceEqual("offset"u8) && _pendingOffset is null:
                // Format 0.0: pairs of records, whose repetition is the map and not one record that wins over another.
                _pendingOffset = TarNumber.ParseDecimal(value, "offset in a sparse map");
                break;
            case var _ when key.SequenceEqual("numbytes"u8) && _pendingOffset is { } offset:
                _sparseMap.Add(new SparseSegment(offset, TarNumber.ParseDecimal(value, "length in a sparse map")));
                _pendingOffset = null;
                _hasSparseMap = true;
                break;
            case var _ when key.SequenceEqual("offset"u8) || key.SequenceEqual("numbytes"u8):
                throw new TarFormatException("a sparse map is not pairs of offset and length");
            default:
                // numblocks says what the map itself shows.
                break;
        }
    }

    private void SetXattr(ByteString name, ByteString value)
    {
        // An empty value is a value: an attribute may well be empty.
        _xattrs[name.IsEmpty ? throw new TarFormatException("an extended attribute has no name") : name] = value;
    }

    private void SetAcl(string xattr, ReadOnlySpan<byte> text, bool keepMinimal)
    {
        // An access list that only repeats the mode is not kept by the kernel either; a default list is.
        if (PosixAcl.FromText(text) is { } acl && (keepMinimal || !PosixAcl.IsMinimal(acl)))
        {
            _xattrs[ByteString.FromText(xattr)] = ByteString.FromOwned(acl);
            GroupBits = keepMinimal ? GroupBits : PosixAcl.MaskOf(acl);
        }
    }

    private static ByteString? PathOrNull(ReadOnlySpan<byte> value) =>
        value.Contains((byte)0) ? throw new TarFormatException("a path in a PAX record holds a NUL")
        : value.IsEmpty ? null
        : new ByteString(value);

    private static long? NumberOrNull(ReadOnlySpan<byte> value, string what) =>
        value.IsEmpty ? null : TarNumber.ParseDecimal(value, what);

    private static Timestamp? TimeOrNull(ReadOnlySpan<byte> value, string what) => value.IsEmpty ? null : PaxTime.Parse(value, what);
}
