using LayerStore.Oci;

namespace LayerStore.Images;

/// <summary>Of an index or a manifest, what collecting and listing need.</summary>
/// <param name="Names">What it names, without platforms and annotations: an index its entries, a manifest its config and then its layers, base first.</param>
/// <param name="DiffIds">Of a manifest whose config is an image's, the layers' diffIDs; null for an index and an artifact.</param>
/// <param name="Platform">What such a config says that the image runs on, if it does.</param>
public sealed record DocumentSummary(IReadOnlyList<Descriptor> Names, IReadOnlyList<Digest>? DiffIds = null, Platform? Platform = null);
