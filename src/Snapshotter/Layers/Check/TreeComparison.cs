using Snapshotter.Snapshots;

namespace Snapshotter.Layers.Check;

/// <summary>What comparing a tree with its manifest found.</summary>
/// <param name="Damage">Everything that is not as the manifest says, in the manifest's order.</param>
/// <param name="Usage">What the tree takes on the disk; without what should not be there.</param>
internal sealed record TreeComparison(List<TreeDamage> Damage, SnapshotUsage Usage);
