using LayerStore;

namespace Snapshotter.Snapshots;

/// <summary>A published layer.</summary>
/// <param name="DiffId">The digest of its uncompressed tar.</param>
/// <param name="CompletedFor">The chain ID it was completed for, if it was loose; null for a shared one.</param>
/// <param name="Tree">The number of its directory.</param>
/// <param name="Directory">Its directory, in overlay's form; for an image, the directory that holds the files <c>data</c> and <c>image</c>.</param>
/// <param name="Usage">What it takes on the disk.</param>
/// <param name="ManifestDigest">The digest of its layer manifest file, or null if it has none: an image needs none.</param>
/// <param name="ImageDigest">The digest of the EROFS image that shows it; null if it is a directory.</param>
public sealed record LayerInfo(Digest DiffId, Digest? CompletedFor, long Tree, string Directory, SnapshotUsage Usage, Digest? ManifestDigest, Digest? ImageDigest);
