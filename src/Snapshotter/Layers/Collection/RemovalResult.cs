namespace Snapshotter.Layers.Collection;

/// <summary>What removing an image freed, or would free, and what stays.</summary>
/// <param name="Freed">What nothing else held.</param>
/// <param name="KeptBySnapshots">Keys and names of snapshots that still use some of what no other image has.</param>
/// <param name="KeptByOwners">Other owners that still use some of it.</param>
public sealed record RemovalResult(CollectionResult Freed, IReadOnlyList<string> KeptBySnapshots, IReadOnlyList<string> KeptByOwners);
