namespace LayerStore.Tar;

/// <summary>Fills one ustar header block. Numbers that do not fit are written as 0: a PAX record says them.</summary>
internal static class TarHeaderWriter
{
    public const int MaxName = 100;

    public static readonly long MaxId = TarNumber.MaxOctal(8);

    public static readonly long MaxSize = TarNumber.MaxOctal(12);

    /// <summary>The header of an entry, with as much of its name and target as fits.</summary>
    /// <param name="block">512 zeros.</param>
    /// <param name="name">The name to write.</param>
    /// <param name="entry">All else.</param>
    public static void Write(Span<byte> block, ReadOnlySpan<byte> name, TarEntry entry)
    {
        Copy(name, block);
        TarNumber.WriteOctal(block.Slice(100, 8), entry.Mode & 0xFFF);
        TarNumber.WriteOctal(block.Slice(108, 8), OrZero(entry.UserId, MaxId));
        TarNumber.WriteOctal(block.Slice(116, 8), OrZero(entry.GroupId, MaxId));
        TarNumber.WriteOctal(block.Slice(124, 12), OrZero(entry.Size, MaxSize));
        TarNumber.WriteOctal(block.Slice(136, 12), OrZero(entry.ModifiedAt.Seconds, MaxSize));
        Copy(entry.LinkName.Span, block[157..]);
        TarNumber.WriteOctal(block.Slice(329, 8), entry.DeviceMajor);
        TarNumber.WriteOctal(block.Slice(337, 8), entry.DeviceMinor);
        Complete(block, TypeFlag(entry.Type));
    }

    /// <summary>
    /// The header of a PAX header. It says nothing of the time or the process that wrote it; only a reader that does not
    /// know PAX makes a file of it.
    /// </summary>
    /// <param name="block">512 zeros.</param>
    /// <param name="name">The name of the entry it belongs to.</param>
    /// <param name="length">Bytes of records.</param>
    public static void WritePax(Span<byte> block, ReadOnlySpan<byte> name, long length)
    {
        ReadOnlySpan<byte> directory = "PaxHeaders.0/"u8;
        directory.CopyTo(block);
        ReadOnlySpan<byte> path = name.TrimEnd((byte)'/');
        ReadOnlySpan<byte> last = path[(path.LastIndexOf((byte)'/') + 1)..];
        last[..Math.Min(last.Length, MaxName - directory.Length)].CopyTo(block[directory.Length..]);
        TarNumber.WriteOctal(block.Slice(100, 8), 0x1A4); // rw-r--r--
        TarNumber.WriteOctal(block.Slice(108, 8), 0);
        TarNumber.WriteOctal(block.Slice(116, 8), 0);
        TarNumber.WriteOctal(block.Slice(124, 12), length);
        TarNumber.WriteOctal(block.Slice(136, 12), 0);
        TarNumber.WriteOctal(block.Slice(329, 8), 0);
        TarNumber.WriteOctal(block.Slice(337, 8), 0);
        Complete(block, (byte)'x');
    }

    private static void Complete(Span<byte> block, byte typeFlag)
    {
        block[156] = typeFlag;
        "ustar\0"u8.CopyTo(block[257..]);
        "00"u8.CopyTo(block[263..]);

        Span<byte> checksum = block.Slice(148, 8);
        checksum.Fill((byte)' ');
        int sum = 0;
        foreach (byte b in block)
        {
            sum += b;
        }

        // Six digits, NUL, space: as tar has written it since version 7.
        TarNumber.WriteOctal(checksum[..7], sum);
    }

    private static byte TypeFlag(TarEntryType type) => type switch
    {
        TarEntryType.RegularFile => (byte)'0',
        TarEntryType.HardLink => (byte)'1',
        TarEntryType.SymbolicLink => (byte)'2',
        TarEntryType.CharacterDevice => (byte)'3',
        TarEntryType.BlockDevice => (byte)'4',
        TarEntryType.Directory => (byte)'5',
        TarEntryType.Fifo => (byte)'6',
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };

    private static long OrZero(long value, long max) => value >= 0 && value <= max ? value : 0;

    private static void Copy(ReadOnlySpan<byte> text, Span<byte> field) => text[..Math.Min(text.Length, MaxName)].CopyTo(field);
}
