namespace Snapshotter.Layers.Collection;

/// <summary>A set of things that are kept. A blob that is kept in one role is kept.</summary>
internal sealed class HeldItems
{
    private readonly HashSet<StoreItem> _items = [];
    private readonly HashSet<string> _blobs = new(StringComparer.Ordinal);

    public bool Add(StoreItem item)
    {
        if (item.Kind == StoreItemKind.Blob)
        {
            _blobs.Add(item.Name);
        }

        return _items.Add(item);
    }

    /// <summary>All of them, a blob once, as data.</summary>
    public IEnumerable<StoreItem> Things =>
        _items.Where(item => item.Kind != StoreItemKind.Blob).Concat(_blobs.Select(name => new StoreItem(StoreItemKind.Blob, name)));

    public bool Contains(StoreItem item) => item.Kind == StoreItemKind.Blob ? _blobs.Contains(item.Name) : _items.Contains(item);
}
