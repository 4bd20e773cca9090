namespace Snapshotter.Layers.Collection;

/// <summary>What a collection took, or would take.</summary>
/// <param name="Items">The things: blobs, layers, snapshots, ingests and leftovers of dead processes.</param>
public sealed record CollectionResult(IReadOnlyList<CollectedItem> Items)
{
    /// <summary>What the file system gets back, in bytes: allocated blocks that nothing else has. The databases' own pages are not counted.</summary>
    public long Bytes => Items.Sum(item => item.Bytes);

    /// <summary>Those of one kind.</summary>
    public IEnumerable<CollectedItem> OfKind(StoreItemKind kind) => Items.Where(item => item.Item.Kind == kind);
}
