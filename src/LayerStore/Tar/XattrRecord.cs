using System.Buffers.Text;

namespace LayerStore.Tar;

/// <summary>The two ways in which PAX records carry extended attributes.</summary>
internal static class XattrRecord
{
    /// <summary>star, GNU tar, Go: the name as it is, the value as it is.</summary>
    public static ReadOnlySpan<byte> SchilyPrefix => "SCHILY.xattr."u8;

    /// <summary>libarchive: the name with <c>%XX</c> escapes, the value in base64 without padding.</summary>
    public static ReadOnlySpan<byte> LibArchivePrefix => "LIBARCHIVE.xattr."u8;

    /// <summary>Decodes the name in a LIBARCHIVE keyword.</summary>
    public static ByteString DecodeName(ReadOnlySpan<byte> text)
    {
        byte[] name = new byte[text.Length];
        int length = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '%')
            {
                name[length++] = text[i];
                continue;
            }

            if (i + 2 >= text.Length || !Utf8Parser.TryParse(text.Slice(i + 1, 2), out byte value, out int used, 'x') || used != 2
                || value == 0)
            {
                throw new TarFormatException("the name of an extended attribute has a bad escape");
            }

            name[length++] = value;
            i += 2;
        }

        return new ByteString(name.AsSpan(0, length));
    }

    /// <summary>Writes a name so that it holds no <c>=</c>, which would end a keyword.</summary>
    public static byte[] EncodeName(ReadOnlySpan<byte> name)
    {
        List<byte> text = new(name.Length + 8);
        foreach (byte b in name)
        {
            // libarchive's own set: what is printable ASCII but % and =.
            if (b is > 0x20 and < 0x7F and not (byte)'%' and not (byte)'=')
            {
                text.Add(b);
            }
            else
            {
                text.Add((byte)'%');
                text.AddRange(Convert.ToHexString([b]).Select(c => (byte)c));
            }
        }

        return [.. text];
    }

    /// <summary>Decodes a LIBARCHIVE value.</summary>
    public static ByteString DecodeValue(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> digits = text.TrimEnd((byte)'=');
        byte[] padded = new byte[(digits.Length + 3) / 4 * 4];
        padded.AsSpan().Fill((byte)'=');
        digits.CopyTo(padded);
        byte[] value = new byte[padded.Length / 4 * 3];
        System.Buffers.OperationStatus status = Base64.DecodeFromUtf8(padded, value, out _, out int written);
        return status == System.Buffers.OperationStatus.Done
            ? new ByteString(value.AsSpan(0, written))
            : throw new TarFormatException("the value of an extended attribute is not base64");
    }

    /// <summary>Encodes a LIBARCHIVE value.</summary>
    public static byte[] EncodeValue(ReadOnlySpan<byte> value) =>
        System.Text.Encoding.ASCII.GetBytes(Convert.ToBase64String(value).TrimEnd('='));
}
