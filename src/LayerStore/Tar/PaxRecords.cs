namespace LayerStore.Tar;

/// <summary>
/// Walks the records of a PAX extended header, <c>"%d %s=%s\n", length, keyword, value</c> (POSIX.1-2017 pax, "pax Extended
/// Header"). The length counts the whole record, so a value may hold <c>=</c>, newlines and NULs.
/// </summary>
internal ref struct PaxRecords(ReadOnlySpan<byte> block)
{
    // "999999999 ": longer than any block that a limit lets through.
    private const int MaxLengthDigits = 9;

    private ReadOnlySpan<byte> _rest = block;

    /// <summary>The record's keyword: not empty, without <c>=</c> and NUL.</summary>
    public ReadOnlySpan<byte> Key { get; private set; }

    /// <summary>The record's value, any bytes.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>Goes to the next record; false at the exact end of the block.</summary>
    public bool MoveNext()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        int space = _rest[..Math.Min(_rest.Length, MaxLengthDigits + 1)].IndexOf((byte)' ');
        if (space < 1)
        {
            throw new TarFormatException("a PAX record does not begin with its length");
        }

        long length = TarNumber.ParseDecimal(_rest[..space], "length of a PAX record");
        if (length > _rest.Length)
        {
            throw new TarFormatException("a PAX record is longer than its header");
        }

        if (length < space + 4 || _rest[(int)length - 1] != '\n')
        {
            throw new TarFormatException("a PAX record does not end where its length says");
        }

        ReadOnlySpan<byte> record = _rest[(space + 1)..((int)length - 1)];
        int equals = record.IndexOf((byte)'=');
        if (equals < 1 || record[..equals].Contains((byte)0))
        {
            throw new TarFormatException("a PAX record has no keyword");
        }

        Key = record[..equals];
        Value = record[(equals + 1)..];
        _rest = _rest[(int)length..];
        return true;
    }
}
