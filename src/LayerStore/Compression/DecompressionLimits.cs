namespace LayerStore.Compression;

/// <summary>What a compressed stream may expand to at most; more is refused with an error that names the limit.</summary>
public sealed record DecompressionLimits
{
    /// <summary>Unpacked bytes. 1 TiB.</summary>
    public long MaxBytes { get; init; } = 1L << 40;

    /// <summary>
    /// Unpacked bytes for each packed one, once more than 64 MiB were unpacked. gzip reaches 1,032 at most; zstd and bzip2 far more.
    /// </summary>
    public int MaxRatio { get; init; } = 10_000;

    /// <summary>The memory in bytes that a zstd window may ask for.</summary>
    public long MaxZstdWindow { get; init; } = 128 << 20;
}
