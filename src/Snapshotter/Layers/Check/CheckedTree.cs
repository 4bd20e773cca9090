using LayerStore;

namespace Snapshotter.Layers.Check;

/// <summary>A tree that was unpacked, and should still be what its manifest says.</summary>
/// <param name="Tree">Its number.</param>
/// <param name="Subject">What a finding about it is about.</param>
/// <param name="Id">The digest that names it: a layer's diffID, or the chain ID of a snapshot that is a whole tree.</param>
/// <param name="Manifest">The digest of its manifest; null if that is not known.</param>
/// <param name="Image">The digest of the image that shows it; null if it is a directory.</param>
/// <param name="Bytes">What it takes on the disk, as its record says.</param>
internal sealed record CheckedTree(long Tree, CheckSubject Subject, Digest Id, Digest? Manifest, Digest? Image, long Bytes);
