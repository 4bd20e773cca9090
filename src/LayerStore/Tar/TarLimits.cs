namespace LayerStore.Tar;

/// <summary>What a tar may ask for at most; more is refused with an error that names the limit.</summary>
public sealed record TarLimits
{
    /// <summary>Entries in one archive.</summary>
    public long MaxEntries { get; init; } = 10_000_000;

    /// <summary>Bytes of one path or link target (Linux PATH_MAX).</summary>
    public int MaxPathBytes { get; init; } = 4096;

    /// <summary>Bytes of one PAX record block, GNU long name or sparse map.</summary>
    public int MaxHeaderBytes { get; init; } = 1 << 20;

    /// <summary>Bytes of one file's content.</summary>
    public long MaxFileBytes { get; init; } = long.MaxValue;

    /// <summary>Bytes of all files' content together, dense: a sparse file's holes cost an archive nothing. 1 TiB.</summary>
    public long MaxTotalBytes { get; init; } = 1L << 40;
}
