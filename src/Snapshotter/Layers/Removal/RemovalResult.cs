using LayerStore;

namespace Snapshotter.Layers.Removal;

/// <summary>What removing an image freed, and what stays.</summary>
/// <param name="FreedBlobs">Blobs that nothing else held.</param>
/// <param name="FreedBlobBytes">Their bytes.</param>
/// <param name="FreedLayers">Unpacked layers that nothing else held.</param>
/// <param name="FreedLayerBytes">What those took on the disk, in bytes.</param>
/// <param name="KeptBySnapshots">Keys of snapshots that still use some of it.</param>
public sealed record RemovalResult(
    IReadOnlyList<Digest> FreedBlobs,
    long FreedBlobBytes,
    IReadOnlyList<Digest> FreedLayers,
    long FreedLayerBytes,
    IReadOnlyList<string> KeptBySnapshots);
