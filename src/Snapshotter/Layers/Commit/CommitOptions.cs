using LayerStore.Compression;

namespace Snapshotter.Layers.Commit;

/// <summary>What a commit's history says, and how its layer is packed.</summary>
public sealed record CommitOptions
{
    /// <summary>A remark for the history.</summary>
    public string? Message { get; init; }

    /// <summary>Who made it.</summary>
    public string? Author { get; init; }

    /// <summary>How to pack the layer: none, gzip or zstd.</summary>
    public CompressionKind Compression { get; init; } = CompressionKind.Gzip;

    /// <summary>
    /// The time of the build, for reproducible images: files that are newer get it, and so does the history
    /// (https://reproducible-builds.org/specs/source-date-epoch/). Null keeps all times.
    /// </summary>
    public DateTimeOffset? SourceDate { get; init; }

    /// <summary>Told what a layer cannot hold and is left out.</summary>
    public Action<string>? Warn { get; init; }
}
