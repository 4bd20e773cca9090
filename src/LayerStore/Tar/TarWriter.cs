using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace LayerStore.Tar;

/// <summary>
/// Writes the one canonical form of a layer: the same entries give the same bytes on every machine. ustar headers, a PAX
/// header only where ustar cannot say it (fractions of seconds, long or non-ASCII names, large numbers, xattrs), records
/// in a fixed order, empty user and group names, two zero blocks at the end and no more.
/// </summary>
/// <remarks>
/// Names are written as given, but a directory's ends in a slash. The caller orders the entries: parents first, hard links
/// after their target.
/// <para>The rules, each of which a golden file fixes. A name or link target over 100 bytes or beyond ASCII is a <c>path</c> or
/// <c>linkpath</c> record, never a ustar prefix; one that is not UTF-8 adds <c>hdrcharset=BINARY</c>, as POSIX wants. A size over
/// 8 GiB−1, an id over 2,097,151, a time before 1970 or with a fraction are records, and 0 in the header (a fraction: the whole
/// seconds). Xattrs are <c>SCHILY.xattr.NAME</c> with the value's bytes, POSIX ACLs too: containerd, umoci and buildah
/// read and write them so, and nothing is lost. A name with <c>=</c> in it cannot be a keyword and is a <c>LIBARCHIVE.xattr</c> record.
/// Records are ordered bytewise. The PAX header's own name is <c>PaxHeaders.0/</c> and the last part of the entry's name, cut at 100 bytes,
/// and its mode 0644, all else 0.</para>
/// </remarks>
public sealed class TarWriter
{
    private readonly Stream _stream;
    private readonly PaxRecordWriter _records = new();
    private readonly ArrayBufferWriter<byte> _pax = new();
    private readonly byte[] _header = new byte[TarHeader.BlockSize];
    private long _remaining;
    private int _padding;
    private bool _finished;

    /// <summary>Writes to a stream that stays the caller's.</summary>
    public TarWriter(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _stream = stream;
    }

    /// <summary>Writes an entry's headers. For a regular file, exactly <see cref="TarEntry.Size"/> bytes of content must follow.</summary>
    /// <exception cref="InvalidOperationException">The content of the entry before is not complete, or <see cref="Finish"/> was
    /// called.</exception>
    /// <exception cref="ArgumentException">The entry is not one that a reader would give back: a NUL in a name, a size or a
    /// link target on an entry that has none, a regular file's name ending in a slash, a number out of range.</exception>
    public void WriteEntry(TarEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ThrowIfOpen();
        Check(entry);

        ReadOnlyMemory<byte> name = NameOf(entry);
        CollectRecords(entry, name);
        if (!_records.IsEmpty)
        {
            WritePax(name.Span);
        }

        _header.AsSpan().Clear();
        TarHeaderWriter.Write(_header, name.Span, entry);
        _stream.Write(_header);
        _remaining = entry.Size;
        _padding = (int)(-entry.Size & (TarHeader.BlockSize - 1));
    }

    /// <summary>Writes some of the content.</summary>
    /// <exception cref="InvalidOperationException">More than the entry's size.</exception>
    public void WriteContent(ReadOnlySpan<byte> data)
    {
        if (data.Length > _remaining)
        {
            throw new InvalidOperationException($"The content has {data.Length - _remaining} bytes more than the entry's size.");
        }

        _stream.Write(data);
        _remaining -= data.Length;
        if (_remaining == 0)
        {
            WriteZeros(_padding);
            _padding = 0;
        }
    }

    /// <summary>Writes the end of the archive.</summary>
    /// <exception cref="InvalidOperationException">The content of the last entry is not complete, or this was called before.</exception>
    public void Finish()
    {
        ThrowIfOpen();
        WriteZeros(TarHeader.BlockSize);
        WriteZeros(TarHeader.BlockSize);
        _finished = true;
    }

    private static ReadOnlyMemory<byte> NameOf(TarEntry entry)
    {
        if (entry.Type != TarEntryType.Directory || entry.Name.Span.EndsWith("/"u8))
        {
            return entry.Name.Memory;
        }

        // The root has no name; "/" alone would be absolute.
        return entry.Name.IsEmpty ? "./"u8.ToArray() : ByteString.Concat(entry.Name.Span, "/"u8).Memory;
    }

    private void CollectRecords(TarEntry entry, ReadOnlyMemory<byte> name)
    {
        bool path = NeedsRecord(name.Span);
        bool linkPath = NeedsRecord(entry.LinkName.Span);
        if (path)
        {
            _records.Add("path"u8, name);
        }

        if (linkPath)
        {
            _records.Add("linkpath"u8, entry.LinkName.Memory);
        }

        if ((path && !Utf8.IsValid(name.Span)) || (linkPath && !Utf8.IsValid(entry.LinkName.Span)))
        {
            _records.Add("hdrcharset"u8, "BINARY"u8.ToArray());
        }

        AddIfLarge("size"u8, entry.Size, TarHeaderWriter.MaxSize);
        AddIfLarge("uid"u8, entry.UserId, TarHeaderWriter.MaxId);
        AddIfLarge("gid"u8, entry.GroupId, TarHeaderWriter.MaxId);
        if (entry.ModifiedAt.Nanoseconds != 0 || entry.ModifiedAt.Seconds < 0 || entry.ModifiedAt.Seconds > TarHeaderWriter.MaxSize)
        {
            _records.Add("mtime"u8, PaxTime.Format(entry.ModifiedAt));
        }

        if (entry.AccessedAt is { } accessed)
        {
            _records.Add("atime"u8, PaxTime.Format(accessed));
        }

        foreach (Xattr xattr in entry.Xattrs)
        {
            if (xattr.Name.Span.Contains((byte)'='))
            {
                _records.Add([.. XattrRecord.LibArchivePrefix, .. XattrRecord.EncodeName(xattr.Name.Span)],
                    XattrRecord.EncodeValue(xattr.Value.Span));
            }
            else
            {
                _records.Add([.. XattrRecord.SchilyPrefix, .. xattr.Name.Span], xattr.Value.Memory);
            }
        }
    }

    private void AddIfLarge(ReadOnlySpan<byte> key, long value, long max)
    {
        if (value > max)
        {
            _records.Add(key, value);
        }
    }

    private void WritePax(ReadOnlySpan<byte> name)
    {
        _pax.ResetWrittenCount();
        _records.WriteTo(_pax);
        _header.AsSpan().Clear();
        TarHeaderWriter.WritePax(_header, name, _pax.WrittenCount);
        _stream.Write(_header);
        _stream.Write(_pax.WrittenSpan);
        WriteZeros(-_pax.WrittenCount & (TarHeader.BlockSize - 1));
    }

    private void WriteZeros(int count)
    {
        _header.AsSpan(0, count).Clear();
        _stream.Write(_header, 0, count);
    }

    private void ThrowIfOpen()
    {
        if (_remaining > 0)
        {
            throw new InvalidOperationException($"The content of the entry before lacks {_remaining} bytes.");
        }

        if (_finished)
        {
            throw new InvalidOperationException("The archive is finished.");
        }
    }

    private static bool NeedsRecord(ReadOnlySpan<byte> text) => text.Length > TarHeaderWriter.MaxName || !Ascii.IsValid(text);

    private static void Check(TarEntry entry)
    {
        bool isFile = entry.Type == TarEntryType.RegularFile;
        bool isLink = entry.Type is TarEntryType.HardLink or TarEntryType.SymbolicLink;
        string? problem =
            entry.Name.Span.Contains((byte)0) || entry.LinkName.Span.Contains((byte)0) ? "a NUL in a name"
            : entry.Size < 0 || (entry.Size > 0 && !isFile) ? "a size that its type cannot have"
            : !entry.LinkName.IsEmpty && !isLink ? "a link target, but is no link"
            : isFile && entry.Name.Span.EndsWith("/"u8) ? "a regular file's type and a directory's slash"
            : !IsTime(entry.ModifiedAt) || (entry.AccessedAt is { } accessed && !IsTime(accessed)) ? "a time out of range"
            : entry.DeviceMajor > TarHeaderWriter.MaxId || entry.DeviceMinor > TarHeaderWriter.MaxId ? "a device number out of range"
            : entry.Xattrs.Any(xattr => xattr.Name.IsEmpty || xattr.Name.Span.Contains((byte)0)) ? "an xattr with a bad name"
            : null;
        if (problem is not null)
        {
            throw new ArgumentException($"The tar entry {entry.Name} has {problem}.", nameof(entry));
        }
    }

    private static bool IsTime(Timestamp time) => time.Nanoseconds is >= 0 and < 1_000_000_000 && time.Seconds > long.MinValue;
}
