using LayerStore;

namespace Snapshotter.Snapshots;

/// <summary>A published layer.</summary>
/// <param name="DiffId">The digest of its uncompressed tar.</param>
/// <param name="CompletedFor">The chain ID it was completed for, if it was loose; null for a shared one.</param>
/// <param name="Tree">The number of its directory.</param>
/// <param name="Directory">Its directory, in overlay's form.</param>
/// <param name="Usage">What it takes on the disk.</param>
/// <param name="ManifestDigest">The digest of its layer manifest file, or null if it has none.</param>
public sealed record LayerInfo(Digest DiffId, Digest? CompletedFor, long Tree, string Directory, SnapshotUsage Usage, Digest? ManifestDigest);
