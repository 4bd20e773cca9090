using System.Buffers.Binary;

namespace LayerStore.Tar;

/// <summary>The numbers in a tar header: octal text (POSIX ustar) or base-256, a big-endian two's complement (GNU, star).</summary>
internal static class TarNumber
{
    /// <summary>Reads a field. An empty one is 0, as every reader has it.</summary>
    /// <param name="field">8 or 12 bytes.</param>
    /// <param name="what">Names the field in an error.</param>
    public static long Parse(ReadOnlySpan<byte> field, string what) =>
        (field[0] & 0x80) != 0 ? ParseBinary(field, what) : ParseOctal(field, what);

    /// <summary>Reads a number that cannot be negative.</summary>
    public static long ParseUnsigned(ReadOnlySpan<byte> field, string what)
    {
        long value = Parse(field, what);
        return value >= 0 ? value : throw new TarFormatException($"the {what} is negative ({value})");
    }

    /// <summary>Reads a decimal without sign, as PAX records have them.</summary>
    public static long ParseDecimal(ReadOnlySpan<byte> text, string what)
    {
        long value = 0;
        foreach (byte digit in text)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                throw new TarFormatException($"the {what} is not a number: \"{Printable.Bytes(text)}\"");
            }

            if (value > (long.MaxValue - (digit - '0')) / 10)
            {
                throw new TarFormatException($"the {what} is too large: {Printable.Bytes(text)}");
            }

            value = (value * 10) + (digit - '0');
        }

        return text.IsEmpty ? throw new TarFormatException($"the {what} is empty") : value;
    }

    /// <summary>Writes octal digits that fill all of the field but its last byte, which is NUL.</summary>
    public static void WriteOctal(Span<byte> field, long value)
    {
        for (int i = field.Length - 2; i >= 0; i--)
        {
            field[i] = (byte)('0' + (value & 7));
            value >>= 3;
        }

        field[^1] = 0;
    }

    /// <summary>The largest number that <see cref="WriteOctal"/> can put in a field.</summary>
    public static long MaxOctal(int fieldLength) => (1L << (3 * (fieldLength - 1))) - 1;

    private static long ParseOctal(ReadOnlySpan<byte> field, string what)
    {
        // Old writers pad with spaces or NULs on either side; what follows a NUL after the digits is nobody's.
        ReadOnlySpan<byte> digits = field.TrimStart(" \0"u8);
        long value = 0;
        int i = 0;
        for (; i < digits.Length && digits[i] is >= (byte)'0' and <= (byte)'7'; i++)
        {
            value = (value << 3) + (digits[i] - '0');
        }

        ReadOnlySpan<byte> rest = digits[i..].TrimStart(" "u8);
        return rest.IsEmpty || rest[0] == 0
            ? value
            : throw new TarFormatException($"the {what} is not an octal number: \"{Printable.Bytes(field)}\"");
    }

    private static long ParseBinary(ReadOnlySpan<byte> field, string what)
    {
        // Bit 7 of the first byte marks the form, bit 6 is the sign; the number fills the rest.
        bool negative = (field[0] & 0x40) != 0;
        Span<byte> bytes = stackalloc byte[16];
        bytes.Fill(negative ? (byte)0xFF : (byte)0);
        field.CopyTo(bytes[^field.Length..]);
        bytes[^field.Length] = (byte)(negative ? field[0] | 0x80 : field[0] & 0x7F);
        Int128 value = BinaryPrimitives.ReadInt128BigEndian(bytes);
        return value >= long.MinValue && value <= long.MaxValue
            ? (long)value
            : throw new TarFormatException($"the {what} does not fit 64 bits");
    }
}
