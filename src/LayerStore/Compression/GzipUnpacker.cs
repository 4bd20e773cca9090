using System.Buffers.Binary;
using System.IO.Compression;

namespace LayerStore.Compression;

/// <summary>
/// gzip, RFC 1952: members one after the other. The class library inflates; headers, trailers and what follows them are
/// read here, because GZipStream takes a truncated file for a whole one.
/// </summary>
/// <remarks>
/// After the last member nothing may follow. gzip(1) passes over zeros there (padding of tapes), but Go's reader, which
/// containerd and docker have, refuses them, and a layer that only some can read is no layer.
/// </remarks>
internal sealed class GzipUnpacker(PackedInput input) : IUnpacker
{
    private const int HeaderLength = 10;
    private const int TrailerLength = 8;

    private GzipMemberInput? _member;
    private DeflateStream? _inflater;
    private uint _crc;
    private uint _length;
    private uint _headerCrc;

    [Flags]
    private enum HeaderFlags : byte
    {
        Checksum = 2,
        Extra = 4,
        Name = 8,
        Comment = 16,
        Reserved = 0xE0,
    }

    public int Read(Span<byte> target)
    {
        while (_inflater is not null || OpenMember())
        {
            int count = Inflate(target);
            if (count > 0)
            {
                _crc = Crc32.Update(_crc, target[..count]);
                _length += (uint)count;
                return count;
            }

            CloseMember();
        }

        return 0;
    }

    public void Dispose() => _inflater?.Dispose();

    private int Inflate(Span<byte> target)
    {
        try
        {
            return _inflater!.Read(target);
        }
        catch (InvalidDataException e)
        {
            throw Damaged("its deflate stream is not valid", e);
        }
    }

    /// <summary>Reads a header; false at the input's end.</summary>
    private bool OpenMember()
    {
        ReadOnlySpan<byte> header = input.Peek(HeaderLength);
        if (header.IsEmpty)
        {
            return false;
        }

        if (!header.StartsWith<byte>([0x1F, 0x8B, 0x08]))
        {
            throw Damaged("something that is not gzip follows it");
        }

        if (header.Length < HeaderLength)
        {
            throw Damaged("it ends inside a header");
        }

        HeaderFlags flags = (HeaderFlags)header[3];
        if ((flags & HeaderFlags.Reserved) != 0)
        {
            throw Damaged("a header has reserved flags");
        }

        _headerCrc = Crc32.Update(0, header[..HeaderLength]);
        input.Take(HeaderLength);
        SkipOptionalFields(flags);

        _crc = 0;
        _length = 0;
        _member = new GzipMemberInput(input);
        _inflater = new DeflateStream(_member, CompressionMode.Decompress, leaveOpen: true);
        return true;
    }

    private void SkipOptionalFields(HeaderFlags flags)
    {
        if (flags.HasFlag(HeaderFlags.Extra))
        {
            for (int length = HeaderByte() | (HeaderByte() << 8); length > 0; length--)
            {
                HeaderByte();
            }
        }

        for (int texts = (flags.HasFlag(HeaderFlags.Name) ? 1 : 0) + (flags.HasFlag(HeaderFlags.Comment) ? 1 : 0); texts > 0;)
        {
            texts -= HeaderByte() == 0 ? 1 : 0;
        }

        if (flags.HasFlag(HeaderFlags.Checksum))
        {
            uint expected = _headerCrc & 0xFFFF;
            if ((HeaderByte() | (HeaderByte() << 8)) != expected)
            {
                throw Damaged("a header's checksum is wrong");
            }
        }
    }

    private byte HeaderByte()
    {
        int value = input.TakeByte();
        if (value < 0)
        {
            throw Damaged("it ends inside a header");
        }

        _headerCrc = Crc32.Update(_headerCrc, [(byte)value]);
        return (byte)value;
    }

    /// <summary>Checks that the inflater is really at its end, and the trailer.</summary>
    private void CloseMember()
    {
        if (_member!.IsTruncated)
        {
            throw Damaged("it is truncated");
        }

        if (!_member.AtPossibleEnd)
        {
            throw Damaged("something that is not gzip follows it");
        }

        _inflater!.Dispose();
        _inflater = null;
        ReadOnlySpan<byte> trailer = input.Peek(TrailerLength);
        if (BinaryPrimitives.ReadUInt32LittleEndian(trailer) != _crc)
        {
            throw Damaged("its checksum is wrong");
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]) != _length)
        {
            throw Damaged("its length is wrong");
        }

        input.Take(TrailerLength);
    }

    private static LayerStoreException Damaged(string problem, Exception? cause = null) => PackedData.Damaged("gzip", problem, cause);
}
