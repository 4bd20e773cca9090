using LayerStore;

namespace Snapshotter.Snapshots.Database;

/// <summary>A published layer's record.</summary>
internal sealed record LayerRow(long Tree, Digest DiffId, Digest? ChainId, Digest? Manifest, Digest? ImageDigest, SnapshotUsage Usage);
