using LayerStore.Compression;
using LayerStore.Oci;
using LayerStore.Tar;

namespace LayerStore;

/// <summary>
/// What an image may ask for at most. More is refused with <see cref="ErrorKind.DataLoss"/>, and the error names the limit
/// and the option that raises it. <see cref="Limit.All"/> lists them.
/// </summary>
public sealed record Limits
{
    /// <summary>The defaults: more than any image that is known needs.</summary>
    public static Limits Default { get; } = new();

    /// <summary>Limits for each layer's tar.</summary>
    public TarLimits Tar { get; init; } = new();

    /// <summary>Limits for each layer's decompression, and for that of a compressed archive.</summary>
    public DecompressionLimits Compression { get; init; } = new();

    /// <summary>Limits for JSON documents.</summary>
    public DocumentLimits Documents { get; init; } = new();

    /// <summary>Bytes that one operation may remember of an image's names and metadata, as far as they must be: about what it needs of memory beside fixed buffers.</summary>
    public long MaxMemoryBytes { get; init; } = 128 << 20;

    /// <summary>How long one operation may take. A day.</summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromDays(1);
}
