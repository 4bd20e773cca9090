namespace LayerStore.Compression;

/// <summary>Opens a compressed stream for reading, whatever it is packed with.</summary>
public static class Decompressor
{
    // "BZh9" and the six bytes of a block's or the end's magic.
    private const int LongestMagic = 10;

    /// <summary>
    /// Reads the first bytes, and returns a stream of the unpacked bytes. It fails with <see cref="ErrorKind.DataLoss"/> where
    /// the input is damaged, truncated (also inside a trailer), or followed by bytes that are no further member, and over a
    /// limit. It reads the input to its end, so that a verifying input gets to verify.
    /// </summary>
    /// <param name="input">Forward-only; disposed with the result, and also if this fails.</param>
    /// <param name="limits">What it may expand to.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.Unimplemented"/>: it is xz, or it is zstd and libzstd is not
    /// installed.</exception>
    public static DecompressionStream Open(Stream input, DecompressionLimits? limits = null) => Open(input, limits, largeWindow: null);

    /// <summary>As the other one, for one of several streams that are read at the same time, each by a thread of its own.</summary>
    /// <param name="input">Forward-only; disposed with the result, and also if this fails.</param>
    /// <param name="limits">What it may expand to.</param>
    /// <param name="largeWindow">What they share. A thread must not read two of them by turns: it could wait for itself.</param>
    /// <exception cref="LayerStoreException">As for the other one.</exception>
    public static DecompressionStream Open(Stream input, DecompressionLimits? limits, LargeWindow? largeWindow)
    {
        ArgumentNullException.ThrowIfNull(input);
        limits ??= new DecompressionLimits();
        PackedInput packed = new(input);
        try
        {
            CompressionKind kind = Sniff(packed.Peek(LongestMagic));
            IUnpacker unpacker = kind switch
            {
                CompressionKind.None => new PlainUnpacker(packed),
                CompressionKind.Gzip => new GzipUnpacker(packed),
                CompressionKind.Zstd => new ZstdUnpacker(packed, limits.MaxZstdWindow, largeWindow),
                CompressionKind.Bzip2 => new Bzip2Unpacker(packed),
                _ => throw new LayerStoreException(
                    ErrorKind.Unimplemented,
                    "the data is compressed with xz, which is not supported",
                    "Build the image again with gzip or zstd layers; OCI knows no others."),
            };
            return new UnpackingStream(kind, packed, unpacker, limits);
        }
        catch
        {
            packed.Dispose();
            throw;
        }
    }

    /// <summary>
    /// What the first bytes say. They must leave no doubt: a tar begins with a file's name, and that may well be <c>BZh</c>.
    /// Fewer bytes than a magic are no compression.
    /// </summary>
    private static CompressionKind Sniff(ReadOnlySpan<byte> start) => start switch
    {
        [0x1F, 0x8B, 0x08, ..] => CompressionKind.Gzip,
        [0x28, 0xB5, 0x2F, 0xFD, ..] => CompressionKind.Zstd,

        // A skippable frame (RFC 8878, 3.1.2); zstd:chunked and pzstd begin with one.
        [>= 0x50 and <= 0x5F, 0x2A, 0x4D, 0x18, ..] => CompressionKind.Zstd,
        [(byte)'B', (byte)'Z', (byte)'h', >= (byte)'1' and <= (byte)'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..] => CompressionKind.Bzip2,
        [(byte)'B', (byte)'Z', (byte)'h', >= (byte)'1' and <= (byte)'9', 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, ..] => CompressionKind.Bzip2,
        [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0x00, ..] => CompressionKind.Xz,
        _ => CompressionKind.None,
    };
}
