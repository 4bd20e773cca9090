using LayerStore.Images;
using LayerStore.Oci;

namespace LayerStore.Cli.Output.Json;

/// <summary>A layer of an image, or of an artifact, which has no diffIDs.</summary>
internal sealed record LayerView(string MediaType, string Digest, long Size, string? DiffId, string? ChainId)
{
    /// <summary>Describes a layer of an image.</summary>
    public static LayerView Of(ImageLayer layer) => Of(layer.Descriptor) with { DiffId = layer.DiffId.ToString(), ChainId = layer.ChainId.ToString() };

    /// <summary>Describes a layer of an artifact.</summary>
    public static LayerView Of(Descriptor layer) => new(layer.MediaType, layer.Digest.ToString(), layer.Size, null, null);
}
