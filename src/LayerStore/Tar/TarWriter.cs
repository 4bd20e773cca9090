namespace LayerStore.Tar;

/// <summary>
/// Writes the one canonical form of a layer: the same entries give the same bytes on every machine. ustar headers, a PAX
/// header only where ustar cannot say it (fractions of seconds, long or non-ASCII names, large numbers, xattrs), records
/// in a fixed order, empty user and group names, two zero blocks at the end and no more.
/// </summary>
/// <remarks>Names are written as given. The caller orders the entries: parents first, hard links after their target.</remarks>
public sealed class TarWriter
{
    /// <summary>Writes to a stream that stays the caller's.</summary>
    public TarWriter(Stream stream) => throw new NotImplementedException();

    /// <summary>Writes an entry's headers. For a regular file, exactly <see cref="TarEntry.Size"/> bytes of content must follow.</summary>
    /// <exception cref="InvalidOperationException">The content of the entry before is not complete.</exception>
    public void WriteEntry(TarEntry entry) => throw new NotImplementedException();

    /// <summary>Writes some of the content.</summary>
    /// <exception cref="InvalidOperationException">More than the entry's size.</exception>
    public void WriteContent(ReadOnlySpan<byte> data) => throw new NotImplementedException();

    /// <summary>Writes the end of the archive.</summary>
    public void Finish() => throw new NotImplementedException();
}
