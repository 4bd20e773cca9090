using LayerStore.Oci;

namespace LayerStore.Images;

/// <summary>A layer of an image.</summary>
/// <param name="Descriptor">The blob, packed or not.</param>
/// <param name="DiffId">The digest of the unpacked tar, as the config says; not yet verified.</param>
/// <param name="ChainId">The name of this layer and all below it.</param>
public sealed record ImageLayer(Descriptor Descriptor, Digest DiffId, Digest ChainId);
