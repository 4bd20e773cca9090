using LayerStore;

namespace Snapshotter.Snapshots.Database;

/// <summary>A tree that is in use, and no layer.</summary>
/// <param name="Tree">Its number.</param>
/// <param name="Key">The snapshot that it was made for.</param>
/// <param name="Kind">What that snapshot is.</param>
/// <param name="Manifest">The digest of its manifest; null if it has none, as what was not unpacked.</param>
/// <param name="Bytes">What it took on the disk when it was committed; 0 while it can change.</param>
internal sealed record TreeUser(long Tree, string Key, SnapshotKind Kind, Digest? Manifest, long Bytes);
