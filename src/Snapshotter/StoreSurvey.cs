using Snapshotter.Snapshots;

namespace Snapshotter;

/// <summary>How much a store holds, of all owners, as its records say it.</summary>
/// <param name="Blobs">How many blobs.</param>
/// <param name="BlobBytes">Their bytes.</param>
/// <param name="Ingests">How many blobs are being written by this store's owner, or were left to be resumed.</param>
/// <param name="IngestBytes">What is there of them, in bytes.</param>
/// <param name="Layers">How many unpacked layers.</param>
/// <param name="LayerBytes">Their bytes, allocated.</param>
/// <param name="Snapshots">How many snapshots of each kind.</param>
public sealed record StoreSurvey(
    long Blobs, long BlobBytes, long Ingests, long IngestBytes, long Layers, long LayerBytes, IReadOnlyDictionary<SnapshotKind, int> Snapshots);
