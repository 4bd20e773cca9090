using System.Text.Json;

namespace LayerStore.Cli.Output.Json;

/// <summary>An image with all that it names.</summary>
internal sealed record ImageDetails(
    string Name,
    DescriptorView Target,
    DescriptorView Manifest,
    DescriptorView Config,
    string? Platform,
    string? ChainId,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    IReadOnlyDictionary<string, string> Labels,
    IReadOnlyList<LayerView> Layers,
    JsonElement? ManifestDocument,
    JsonElement? ConfigDocument);
