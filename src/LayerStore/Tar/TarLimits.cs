namespace LayerStore.Tar;

/// <summary>What a tar may ask for at most; more is refused with an error that names the limit.</summary>
public sealed record TarLimits
{
    /// <summary>Entries in one archive.</summary>
    public long MaxEntries { get; init; } = 10_000_000;

    /// <summary>Bytes of one path or link target (Linux PATH_MAX).</summary>
    public int MaxPathBytes { get; init; } = 4096;

    /// <summary>How deep a file may be: names in a path, and directories above the place that its links lead to.</summary>
    public int MaxDepth { get; init; } = 1024;

    /// <summary>Bytes of one extended attribute's value. 64 KiB, Linux's XATTR_SIZE_MAX.</summary>
    public int MaxXattrBytes { get; init; } = 64 << 10;

    /// <summary>Bytes of one PAX record block, GNU long name or sparse map. 1 MiB.</summary>
    public int MaxHeaderBytes { get; init; } = 1 << 20;

    /// <summary>Records in one PAX header.</summary>
    public int MaxHeaderRecords { get; init; } = 100_000;

    /// <summary>Bytes of one file's content. 1 TiB.</summary>
    public long MaxFileBytes { get; init; } = 1L << 40;

    /// <summary>Bytes of all files' content together, dense: a sparse file's holes cost an archive nothing. 1 TiB.</summary>
    public long MaxTotalBytes { get; init; } = 1L << 40;
}
