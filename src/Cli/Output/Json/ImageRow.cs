using Snapshotter.Layers.Listing;

namespace LayerStore.Cli.Output.Json;

/// <summary>An image, as listed. A size has four meanings, so there are four.</summary>
internal sealed record ImageRow(
    string Name,
    string Target,
    string Manifest,
    string? Platform,
    int Layers,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    long CompressedBytes,
    long? UnpackedBytes,
    long UniqueBytes,
    long SharedBytes,
    IReadOnlyDictionary<string, string> Labels)
{
    /// <summary>The row of an image.</summary>
    public static ImageRow Of(ImageSummary summary) => new(
        summary.Image.Name,
        summary.Image.Target.Digest.ToString(),
        summary.Image.Manifest.Digest.ToString(),
        summary.Platform?.ToString(),
        summary.LayerCount,
        summary.Image.CreatedAt,
        summary.Image.UpdatedAt,
        summary.CompressedBytes,
        summary.UnpackedBytes,
        summary.UniqueBytes,
        summary.SharedBytes,
        summary.Image.Labels);
}
