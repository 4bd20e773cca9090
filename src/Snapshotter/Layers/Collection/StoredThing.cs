namespace Snapshotter.Layers.Collection;

/// <summary>Something that is on the disk and could be collected.</summary>
/// <param name="Item">What it is.</param>
/// <param name="Paths">Where it lies, relative to the root; one that is not there counts for nothing.</param>
internal sealed record StoredThing(StoreItem Item, IReadOnlyList<string> Paths)
{
    /// <summary>What the first of the paths takes on the disk as its record says, in bytes; null if no record does. It is a tree that nobody changes.</summary>
    public long? Recorded { get; init; }
}
