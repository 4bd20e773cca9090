namespace LayerStore.Compression;

/// <summary>
/// Packs a layer's tar. The same bytes give the same packed bytes on every machine, whatever its number of cores and the sizes
/// of the writes; with zstd, on every machine with the same version of libzstd.
/// </summary>
public static class Compressor
{
    /// <summary>Returns a stream that packs what is written to it. Disposing it writes the end, and leaves the output open.</summary>
    /// <remarks>
    /// gzip: one member, made in parallel (docs/decisions/0002-gzip-blocks.md). zstd: one frame, level 3, with a checksum.
    /// </remarks>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.Unimplemented"/>: bzip2 and xz are not written;
    /// libzstd is not installed.</exception>
    public static Stream Create(CompressionKind kind, Stream output)
    {
        ArgumentNullException.ThrowIfNull(output);
        return kind switch
        {
            CompressionKind.None => new PlainPacker(output),
            CompressionKind.Gzip => new GzipPacker(output),
            CompressionKind.Zstd => new ZstdPacker(output),
            _ => throw new LayerStoreException(
                ErrorKind.Unimplemented,
                $"layers are not written with {kind.ToString().ToLowerInvariant()}",
                "Use gzip, zstd or none."),
        };
    }
}
