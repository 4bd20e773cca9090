using LayerStore.Compression;
using LayerStore.Oci;
using LayerStore.Tar;

namespace LayerStore;

/// <summary>One of the <see cref="Limits"/>, as errors, the command line and the documentation name it.</summary>
/// <param name="Name">The property's name.</param>
/// <param name="Option">The option of the command line that sets it.</param>
/// <param name="Unit">What it counts.</param>
/// <param name="Meaning">What it limits, to be read after "the most".</param>
/// <param name="Get">Its value.</param>
/// <param name="Set">The limits with another value.</param>
public sealed record Limit(string Name, string Option, LimitUnit Unit, string Meaning, Func<Limits, long> Get, Func<Limits, long, Limits> Set)
{
    /// <summary>Bytes and depth of the largest documents: what was stored with higher limits must be readable without.</summary>
    private static readonly DocumentLimits s_ceiling = DocumentLimits.Stored;

    /// <summary>All limits.</summary>
    public static IReadOnlyList<Limit> All { get; } =
    [
        new(nameof(TarLimits.MaxEntries), "--max-entries", LimitUnit.Count, "entries that a layer may have",
            l => l.Tar.MaxEntries, (l, value) => l with { Tar = l.Tar with { MaxEntries = value } }),
        new(nameof(TarLimits.MaxTotalBytes), "--max-layer-size", LimitUnit.Bytes, "bytes that a layer may unpack to",
            l => l.Tar.MaxTotalBytes,
            (l, value) => l with { Tar = l.Tar with { MaxTotalBytes = value }, Compression = l.Compression with { MaxBytes = value } }),
        new(nameof(TarLimits.MaxFileBytes), "--max-file-size", LimitUnit.Bytes, "bytes that a file may have",
            l => l.Tar.MaxFileBytes, (l, value) => l with { Tar = l.Tar with { MaxFileBytes = value } }),
        new(nameof(TarLimits.MaxPathBytes), "--max-path-length", LimitUnit.Bytes, "bytes in a path or link target",
            l => l.Tar.MaxPathBytes, (l, value) => l with { Tar = l.Tar with { MaxPathBytes = Int(value) } }),
        new(nameof(TarLimits.MaxDepth), "--max-depth", LimitUnit.Count, "directories above a file",
            l => l.Tar.MaxDepth, (l, value) => l with { Tar = l.Tar with { MaxDepth = Int(value) } }) { Ceiling = 10_000 },
        new(nameof(TarLimits.MaxXattrBytes), "--max-xattr-size", LimitUnit.Bytes, "bytes in an extended attribute",
            l => l.Tar.MaxXattrBytes, (l, value) => l with { Tar = l.Tar with { MaxXattrBytes = Int(value) } }),
        new(nameof(TarLimits.MaxHeaderBytes), "--max-header-size", LimitUnit.Bytes, "bytes in an extended header, long name or sparse map",
            l => l.Tar.MaxHeaderBytes, (l, value) => l with { Tar = l.Tar with { MaxHeaderBytes = Int(value) } }),
        new(nameof(TarLimits.MaxHeaderRecords), "--max-header-records", LimitUnit.Count, "records in an extended header",
            l => l.Tar.MaxHeaderRecords, (l, value) => l with { Tar = l.Tar with { MaxHeaderRecords = Int(value) } }),
        new(nameof(DecompressionLimits.MaxRatio), "--max-ratio", LimitUnit.Count, "unpacked bytes for each packed one, from 64M on",
            l => l.Compression.MaxRatio, (l, value) => l with { Compression = l.Compression with { MaxRatio = Int(value) } }),
        new(nameof(DecompressionLimits.MaxZstdWindow), "--max-zstd-window", LimitUnit.Bytes, "memory that zstd data may ask for",
            l => l.Compression.MaxZstdWindow, (l, value) => l with { Compression = l.Compression with { MaxZstdWindow = value } }),
        new(nameof(DocumentLimits.MaxDocumentBytes), "--max-json-size", LimitUnit.Bytes, "bytes in an index, manifest or config",
            l => l.Documents.MaxDocumentBytes, (l, value) => l with { Documents = l.Documents with { MaxDocumentBytes = Int(value) } })
            { Ceiling = s_ceiling.MaxDocumentBytes },
        new(nameof(DocumentLimits.MaxDocumentDepth), "--max-json-depth", LimitUnit.Count, "levels of nesting in an index, manifest or config",
            l => l.Documents.MaxDocumentDepth, (l, value) => l with { Documents = l.Documents with { MaxDocumentDepth = Int(value) } })
            { Ceiling = s_ceiling.MaxDocumentDepth },
        new(nameof(DocumentLimits.MaxIndexDepth), "--max-index-depth", LimitUnit.Count, "indexes in each other",
            l => l.Documents.MaxIndexDepth, (l, value) => l with { Documents = l.Documents with { MaxIndexDepth = Int(value) } })
            { Ceiling = s_ceiling.MaxIndexDepth },
        new(nameof(Limits.MaxMemoryBytes), "--max-memory", LimitUnit.Bytes, "memory for an image's names and metadata",
            l => l.MaxMemoryBytes, (l, value) => l with { MaxMemoryBytes = value }),
        new(nameof(Limits.MaxTime), "--max-time", LimitUnit.Seconds, "time that the command may take",
            l => (long)l.MaxTime.TotalSeconds, (l, value) => l with { MaxTime = TimeSpan.FromSeconds(value) }),
    ];

    /// <summary>The highest value that it may be set to.</summary>
    public long Ceiling { get; init; } = long.MaxValue;

    /// <summary>Its default.</summary>
    public long Default => Get(Limits.Default);

    /// <summary>What to say to who trusts the image.</summary>
    /// <param name="name">The name of a limit.</param>
    public static string Hint(string name)
    {
        // The tar's limit holds for the stream that it comes from too, under the name that fits there.
        string known = name == nameof(DecompressionLimits.MaxBytes) ? nameof(TarLimits.MaxTotalBytes) : name;
        return $"The image is unusual, or hostile. If you trust its maker, raise the limit with {All.Single(limit => limit.Name == known).Option}.";
    }

    private static int Int(long value) => (int)Math.Min(value, int.MaxValue);
}
