using System.Globalization;
using System.Text;

namespace Fuzz.Mutation;

/// <summary>A header block of a tar and the data behind it.</summary>
internal sealed class TarRecord
{
    /// <summary>Everything in a tar comes in blocks of this many bytes.</summary>
    public const int BlockSize = 512;

    /// <summary>The header.</summary>
    public required byte[] Header { get; init; }

    /// <summary>The data, without padding.</summary>
    public byte[] Data { get; private set; } = [];

    /// <summary>The type.</summary>
    public byte Type
    {
        get => Header[156];
        set => Header[156] = value;
    }

    /// <summary>The name in the header.</summary>
    public byte[] Name
    {
        get => Text(0, 100);
        set => SetText(0, 100, value);
    }

    /// <summary>A header with nothing unusual in it.</summary>
    public static TarRecord Make(byte type, byte[] name, byte[]? link = null, byte[]? data = null)
    {
        TarRecord record = new() { Header = new byte[BlockSize] };
        record.Type = type;
        record.Name = name;
        record.SetText(157, 100, link ?? []);
        record.SetOctal(100, 8, type == '5' ? 0x1ED : 0x1A4);
        record.SetOctal(108, 8, 0);
        record.SetOctal(116, 8, 0);
        record.SetOctal(136, 12, 1);
        "ustar\0"u8.CopyTo(record.Header.AsSpan(257));
        "00"u8.CopyTo(record.Header.AsSpan(263));
        record.SetData(data ?? []);
        return record;
    }

    /// <summary>A copy.</summary>
    public TarRecord Copy() => new() { Header = [.. Header], Data = [.. Data] };

    /// <summary>Takes data; the header says their size.</summary>
    public void SetData(byte[] data)
    {
        Data = data;
        SetOctal(124, 12, data.Length);
    }

    /// <summary>Takes data, whatever the header says.</summary>
    public void SetDataOnly(byte[] data) => Data = data;

    /// <summary>Writes an octal number.</summary>
    public void SetOctal(int start, int length, long value) =>
        SetText(start, length, Encoding.ASCII.GetBytes(Convert.ToString(value, 8).PadLeft(length - 1, '0')));

    /// <summary>Writes text, cut at the field's end.</summary>
    public void SetText(int start, int length, ReadOnlySpan<byte> text)
    {
        Span<byte> field = Header.AsSpan(start, length);
        field.Clear();
        text[..Math.Min(text.Length, length)].CopyTo(field);
    }

    /// <summary>Makes the checksum right.</summary>
    public void FixChecksum()
    {
        Header.AsSpan(148, 8).Fill((byte)' ');
        int sum = 0;
        foreach (byte b in Header)
        {
            sum += b;
        }

        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Convert.ToString(sum, 8).PadLeft(6, '0')}\0 ")).CopyTo(Header, 148);
    }

    private byte[] Text(int start, int length)
    {
        ReadOnlySpan<byte> field = Header.AsSpan(start, length);
        int end = field.IndexOf((byte)0);
        return (end < 0 ? field : field[..end]).ToArray();
    }
}
