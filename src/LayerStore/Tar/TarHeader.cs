using System.Buffers;

namespace LayerStore.Tar;

/// <summary>
/// The fields of one 512-byte header block, as POSIX.1-2017 (pax, "ustar Interchange Format") and the GNU tar manual
/// ("Basic Tar Format") lay them out.
/// </summary>
internal readonly ref struct TarHeader(ReadOnlySpan<byte> block)
{
    /// <summary>Everything in a tar comes in blocks of this many bytes.</summary>
    public const int BlockSize = 512;

    private static readonly SearchValues<byte> s_octal = SearchValues.Create("01234567 \0"u8);

    private readonly ReadOnlySpan<byte> _block = block;

    /// <summary>Which dialect the magic says.</summary>
    public TarFormat Format
    {
        get
        {
            ReadOnlySpan<byte> magic = _block.Slice(257, 8);
            return magic.StartsWith("ustar\0"u8) ? TarFormat.Ustar
                : magic.SequenceEqual("ustar  \0"u8) ? TarFormat.Gnu
                : TarFormat.V7;
        }
    }

    public byte TypeFlag => _block[156];

    public long Mode => TarNumber.ParseUnsigned(_block.Slice(100, 8), "mode");

    public long UserId => TarNumber.Parse(_block.Slice(108, 8), "user id");

    public long GroupId => TarNumber.Parse(_block.Slice(116, 8), "group id");

    public long Size => TarNumber.ParseUnsigned(_block.Slice(124, 12), "size");

    public long ModifiedAt => TarNumber.Parse(_block.Slice(136, 12), "modification time");

    public ReadOnlySpan<byte> LinkName => Text(_block.Slice(157, 100));

    public long DeviceMajor => Format == TarFormat.V7 ? 0 : TarNumber.ParseUnsigned(_block.Slice(329, 8), "device's major number");

    public long DeviceMinor => Format == TarFormat.V7 ? 0 : TarNumber.ParseUnsigned(_block.Slice(337, 8), "device's minor number");

    /// <summary>The four descriptors of an old GNU sparse file's map that fit the header.</summary>
    public ReadOnlySpan<byte> SparseMap => _block.Slice(386, 4 * SparseMapParser.DescriptorSize);

    /// <summary>Whether blocks with more descriptors follow.</summary>
    public bool SparseMapContinues => _block[482] != 0;

    /// <summary>An old GNU sparse file's dense size.</summary>
    public long SparseSize => TarNumber.ParseUnsigned(_block.Slice(483, 12), "sparse file's size");

    public static bool IsZero(ReadOnlySpan<byte> block) => !block.ContainsAnyExcept((byte)0);

    /// <summary>The name, with the prefix of ustar.</summary>
    public ByteString Name()
    {
        ReadOnlySpan<byte> name = Text(_block[..100]);
        ReadOnlySpan<byte> prefix = Format switch
        {
            // star keeps two times in the last 24 bytes of the prefix, and says so at the block's end.
            TarFormat.Ustar => Text(_block.Slice(345, _block.Slice(508, 4).SequenceEqual("tar\0"u8) ? 131 : 155)),
            TarFormat.Gnu => MisplacedPrefix(),
            _ => default,
        };
        return prefix.IsEmpty ? new ByteString(name) : ByteString.Concat(prefix, "/"u8, name);
    }

    /// <summary>
    /// When the file was last read: <c>tar --format=gnu --incremental</c> keeps it where ustar has the prefix.
    /// </summary>
    public Timestamp? AccessedAt =>
        Format == TarFormat.Gnu && _block[345] != 0 && MisplacedPrefix().IsEmpty
            ? new Timestamp(TarNumber.Parse(_block.Slice(345, 12), "access time"), 0)
            : null;

    /// <summary>Whether the stored sum is that of the bytes with the sum's own field as spaces.</summary>
    /// <remarks>POSIX adds unsigned bytes; early tars on machines with a signed char added signed ones.</remarks>
    public bool ChecksumIsRight()
    {
        const int field = 148;
        int sum = 8 * ' ';
        int high = 0;
        for (int i = 0; i < BlockSize; i++)
        {
            if (i == field)
            {
                i += 7;
                continue;
            }

            sum += _block[i];
            high += _block[i] >> 7;
        }

        long stored = TarNumber.Parse(_block.Slice(field, 8), "checksum");
        return stored == sum || stored == sum - (256 * high);
    }

    /// <summary>
    /// Go before 1.8 wrote a ustar prefix under GNU's magic, and docker made layers with it. Where the two times of GNU's
    /// layout are no numbers, ASCII text there can only be such a prefix.
    /// </summary>
    private ReadOnlySpan<byte> MisplacedPrefix()
    {
        if (_block[345] == 0 || (IsNumber(_block.Slice(345, 12)) && IsNumber(_block.Slice(357, 12))))
        {
            return default;
        }

        ReadOnlySpan<byte> prefix = Text(_block.Slice(345, 155));
        return System.Text.Ascii.IsValid(prefix) ? prefix : default;
    }

    private static bool IsNumber(ReadOnlySpan<byte> field) =>
        (field[0] & 0x80) != 0 || !field.ContainsAnyExcept(s_octal);

    private static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOf((byte)0);
        return end < 0 ? field : field[..end];
    }
}
