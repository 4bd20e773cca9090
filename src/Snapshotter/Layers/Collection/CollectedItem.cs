namespace Snapshotter.Layers.Collection;

/// <summary>One thing that was, or would be, collected.</summary>
/// <param name="Item">What it is.</param>
/// <param name="Bytes">What the file system gets back with it, in bytes; of what several of the things share, each byte counts for one of them.</param>
public sealed record CollectedItem(StoreItem Item, long Bytes);
