using LayerStore.Images;
using LayerStore.Oci;

namespace Snapshotter.Layers.Listing;

/// <summary>An image in a listing. A size has four meanings, so there are four.</summary>
/// <param name="Image">The image.</param>
/// <param name="Platform">What it runs on; null for an artifact.</param>
/// <param name="LayerCount">How many layers it has.</param>
/// <param name="CompressedBytes">Its manifest, config and layers as blobs.</param>
/// <param name="UnpackedBytes">Its unpacked layers on the disk, shared ones included; null if it is not unpacked.</param>
/// <param name="UniqueBytes">Of both, what no other image has.</param>
/// <param name="SharedBytes">Of both, what other images have too.</param>
public sealed record ImageSummary(
    Image Image,
    Platform? Platform,
    int LayerCount,
    long CompressedBytes,
    long? UnpackedBytes,
    long UniqueBytes,
    long SharedBytes);
