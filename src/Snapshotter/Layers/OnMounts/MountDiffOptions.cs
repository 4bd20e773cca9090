using LayerStore.Oci;

namespace Snapshotter.Layers.OnMounts;

/// <summary>What to make of the difference between mounts.</summary>
public sealed record MountDiffOptions
{
    /// <summary>The name of the ingest, which nobody else may be writing; null makes one.</summary>
    public string? Reference { get; init; }

    /// <summary>The layer's type, which says how it is packed: tar, gzip or zstd, of OCI's types or Docker's.</summary>
    public string MediaType { get; init; } = MediaTypes.OciLayerGzip;

    /// <summary>Labels for the blob. One more says the digest of what is packed in it: <c>containerd.io/uncompressed</c>.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Later modification times are written as this one (https://reproducible-builds.org/specs/source-date-epoch/); null keeps all.</summary>
    public DateTimeOffset? SourceDate { get; init; }

    /// <summary>Told what a layer cannot hold and is left out.</summary>
    public Action<string>? Warn { get; init; }
}
