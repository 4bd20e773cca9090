namespace Snapshotter.Layers.Collection;

/// <summary>What holds something.</summary>
/// <param name="Things">What the name meant: one digest can be a blob's, a layer's and a snapshot's.</param>
/// <param name="Paths">For each root that leads to one of them a shortest way there, the root first. None: the next collection takes it.</param>
public sealed record HoldingReport(IReadOnlyList<StoreItem> Things, IReadOnlyList<IReadOnlyList<StoreItem>> Paths);
