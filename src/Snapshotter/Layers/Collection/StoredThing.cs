namespace Snapshotter.Layers.Collection;

/// <summary>Something that is on the disk and could be collected.</summary>
/// <param name="Item">What it is.</param>
/// <param name="Paths">Where it lies, relative to the root; one that is not there counts for nothing.</param>
internal sealed record StoredThing(StoreItem Item, IReadOnlyList<string> Paths);
