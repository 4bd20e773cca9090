namespace LayerStore.Tar;

/// <summary>
/// The four ways in which GNU tar says where a sparse file's data lies (GNU tar manual, "Storing Sparse Files"). Whoever
/// parses one checks it with <see cref="Check"/>: a map is hostile like everything else.
/// </summary>
internal static class SparseMapParser
{
    /// <summary>An offset and a length of 12 bytes each, in the old GNU form.</summary>
    public const int DescriptorSize = 24;

    /// <summary>The descriptors in an extension block of the old GNU form.</summary>
    public const int DescriptorsPerBlock = 21;

    /// <summary>Old GNU: descriptors in the header and in extension blocks. False once an empty descriptor ended the map.</summary>
    public static bool ParseDescriptors(ReadOnlySpan<byte> descriptors, List<SparseSegment> map)
    {
        for (; !descriptors.IsEmpty; descriptors = descriptors[DescriptorSize..])
        {
            if (descriptors[0] == 0)
            {
                return false;
            }

            map.Add(new SparseSegment(
                TarNumber.ParseUnsigned(descriptors[..12], "offset in a sparse map"),
                TarNumber.ParseUnsigned(descriptors.Slice(12, 12), "length in a sparse map")));
        }

        return true;
    }

    /// <summary>PAX 0.1: <c>offset,length,offset,length</c> in one record.</summary>
    public static void ParseList(ReadOnlySpan<byte> text, List<SparseSegment> map)
    {
        while (!text.IsEmpty)
        {
            long offset = NextNumber(ref text, (byte)',', last: false);
            map.Add(new SparseSegment(offset, NextNumber(ref text, (byte)',', last: true)));
        }
    }

    /// <summary>
    /// PAX 1.0: at the head of the data a count, then offsets and lengths, each on a line of its own. How many lines that
    /// makes, given text that holds the first of them.
    /// </summary>
    public static long CountLines(ReadOnlySpan<byte> text)
    {
        long entries = TarNumber.ParseDecimal(text[..text.IndexOf((byte)'\n')], "number of entries in a sparse map");
        return entries <= int.MaxValue ? 1 + (2 * entries) : throw new TarFormatException($"a sparse map has {entries} entries");
    }

    /// <summary>PAX 1.0: the lines after the count.</summary>
    public static void ParseLines(ReadOnlySpan<byte> text, List<SparseSegment> map)
    {
        long lines = CountLines(text);
        text = text[(text.IndexOf((byte)'\n') + 1)..];
        for (long i = 1; i < lines; i += 2)
        {
            long offset = NextNumber(ref text, (byte)'\n', last: false);
            map.Add(new SparseSegment(offset, NextNumber(ref text, (byte)'\n', last: true)));
        }
    }

    /// <summary>Refuses a map that is not in order, overlaps, leaves the file, or does not add up to what is stored.</summary>
    public static void Check(List<SparseSegment> map, long denseSize, long storedSize)
    {
        long end = 0;
        long stored = 0;
        foreach (SparseSegment segment in map)
        {
            if (segment.Offset < end || segment.Offset > denseSize || segment.Length > denseSize - segment.Offset)
            {
                throw new TarFormatException("a sparse map is not in order or leaves its file");
            }

            end = segment.End;
            stored += segment.Length;
        }

        if (stored != storedSize)
        {
            throw new TarFormatException($"a sparse map says {stored} bytes, but {storedSize} are stored");
        }
    }

    private static long NextNumber(ref ReadOnlySpan<byte> text, byte separator, bool last)
    {
        int end = text.IndexOf(separator);
        if (end < 0 ? !last : end == text.Length - 1)
        {
            throw new TarFormatException("a sparse map ends inside an entry");
        }

        long number = TarNumber.ParseDecimal(end < 0 ? text : text[..end], "number in a sparse map");
        text = end < 0 ? default : text[(end + 1)..];
        return number;
    }
}
