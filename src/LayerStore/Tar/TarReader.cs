namespace LayerStore.Tar;

/// <summary>
/// Reads the entries of an uncompressed layer, byte-exact: V7, ustar, PAX and GNU headers, names and xattrs as bytes,
/// sparse files dense. See LAYER-RULES 4.1 in docs and POSIX pax.
/// </summary>
/// <remarks>
/// Forward-only, one entry at a time; synchronous, because it is the hot path and its stream is most often a pipe in
/// memory. All input is hostile: every problem is a <see cref="LayerStoreException"/> of kind DataLoss.
/// Reading <see cref="Next"/> to null does not drain the stream: bytes may follow the end marker, and they count in the diffID.
/// </remarks>
public sealed class TarReader
{
    /// <summary>Reads from a stream that stays the caller's.</summary>
    public TarReader(Stream stream, TarLimits? limits = null) => throw new NotImplementedException();

    /// <summary>The next entry, or null at the end. Unread content of the one before is skipped.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: damaged, truncated, ambiguous or over a limit.</exception>
    public TarEntry? Next() => throw new NotImplementedException();

    /// <summary>Reads from the content of the entry that <see cref="Next"/> returned last; 0 at its end, never before.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: the archive ends inside the content.</exception>
    public int Read(Span<byte> buffer) => throw new NotImplementedException();
}
