namespace Fuzz.Mutation;

/// <summary>A tar as records, read without judging it: what makes no sense is a tail.</summary>
internal sealed class TarModel
{
    /// <summary>The records, in order.</summary>
    public List<TarRecord> Records { get; } = [];

    /// <summary>What follows them.</summary>
    public byte[] Tail { get; set; } = [];

    /// <summary>Reads.</summary>
    public static TarModel Parse(ReadOnlySpan<byte> tar)
    {
        TarModel model = new();
        while (tar.Length >= TarRecord.BlockSize && tar[..TarRecord.BlockSize].ContainsAnyExcept((byte)0))
        {
            TarRecord record = new() { Header = tar[..TarRecord.BlockSize].ToArray() };
            tar = tar[TarRecord.BlockSize..];

            // Links, devices, directories and pipes have no content, whatever their size says.
            long size = record.Type is >= (byte)'1' and <= (byte)'6' ? 0 : Octal(record.Header.AsSpan(124, 12));
            int stored = (int)Math.Min(size, tar.Length);
            record.SetDataOnly(tar[..stored].ToArray());
            tar = tar[(int)Math.Min(tar.Length, (size + TarRecord.BlockSize - 1) / TarRecord.BlockSize * TarRecord.BlockSize)..];
            model.Records.Add(record);
        }

        model.Tail = tar.ToArray();
        return model;
    }

    /// <summary>Writes.</summary>
    public byte[] Write()
    {
        using MemoryStream tar = new();
        foreach (TarRecord record in Records)
        {
            tar.Write(record.Header);
            tar.Write(record.Data);
            tar.Write(new byte[-record.Data.Length & (TarRecord.BlockSize - 1)]);
        }

        tar.Write(Tail);
        return tar.ToArray();
    }

    private static long Octal(ReadOnlySpan<byte> field)
    {
        long value = 0;
        foreach (byte b in field.TrimStart(" \0"u8))
        {
            if (b is < (byte)'0' or > (byte)'7')
            {
                break;
            }

            value = (value << 3) + (b - '0');
        }

        return value & int.MaxValue;
    }
}
