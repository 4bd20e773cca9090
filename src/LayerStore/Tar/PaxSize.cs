namespace LayerStore.Tar;

/// <summary>
/// A size stands in a header's field and, where it does not fit there, in a PAX record, which wins (POSIX.1-2017 pax, "pax
/// Extended Header"). A reader that overlooks the record takes a file's content for entries (CVE-2025-62518). So both must agree,
/// as far as a field can.
/// </summary>
/// <remarks>
/// GNU tar, Go and Python write 0 into the field of a size that does not fit, bsdtar a twelfth digit or base-256; others the low
/// digits. None of them has a record for a size that fits. See docs/decisions/0012.
/// </remarks>
internal static class PaxSize
{
    /// <summary>Eleven octal digits.</summary>
    private const long MaxField = (1L << 33) - 1;

    /// <summary>Whether a field and a record are two sizes.</summary>
    public static bool Contradict(long field, long record) =>
        field != record && field != 0 && !(record > MaxField && field == (record & MaxField));

    /// <summary>Whether a field says that there is no content though it could say how much: suspect if the content looks like an entry.</summary>
    public static bool HidesContent(long field, long record) => field == 0 && record is > 0 and <= MaxField;

    /// <summary>Whether a reader would take this block for an entry, or for the archive's end.</summary>
    public static bool LooksLikeAnEntry(ReadOnlySpan<byte> block)
    {
        try
        {
            return block.Length == TarHeader.BlockSize && (TarHeader.IsZero(block) || new TarHeader(block).ChecksumIsRight());
        }
        catch (TarFormatException)
        {
            return false; // What stands in the checksum's place is no number.
        }
    }
}
