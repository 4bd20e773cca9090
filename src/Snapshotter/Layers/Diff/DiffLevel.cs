using LayerStore;
using LayerStore.Tar;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Diff;

/// <summary>A directory that is being walked, in both trees.</summary>
/// <param name="newer">In the newer tree.</param>
/// <param name="older">In the older one; null if that has no directory here.</param>
/// <param name="path">Its path.</param>
/// <param name="pending">Its entry.</param>
internal sealed class DiffLevel(DiffDirectory newer, DirectoryHandle? older, ByteString path, TarEntry? pending) : IWalkLevel<DiffLevel>
{
    private DiffItem[] _items = [];
    private IReadOnlyList<DirectoryItem>? _olderItems;
    private int _next;
    private int _nextOlder;

    /// <summary>In the newer tree.</summary>
    public DiffDirectory Newer => newer;

    /// <summary>In the older one; null if that has no directory here.</summary>
    public DirectoryHandle? Older => older;

    /// <summary>Its path.</summary>
    public ByteString Path => path;

    /// <summary>Its entry, as long as it is not written.</summary>
    public TarEntry? Pending { get; set; } = pending;

    /// <summary>Reads the names.</summary>
    public void List()
    {
        _items = newer.List();
        _olderItems = newer.IsComplete ? older?.List() : null;
    }

    /// <summary>The next name of the newer tree.</summary>
    public DiffItem? Next() => _next < _items.Length ? _items[_next++] : null;

    /// <summary>What the older tree has under a name, asked for in the order of <see cref="Next"/>.</summary>
    public FileStatus? StatOlder(ByteString name)
    {
        if (older is null || (_olderItems is not null && !IsListed(_olderItems, ref _nextOlder, name)))
        {
            return null;
        }

        return older.TryStat(name);
    }

    /// <summary>The names that the older tree has and the newer one has no more. A socket hides what was there, and cannot be in a layer.</summary>
    public IEnumerable<ByteString> Lost()
    {
        if (older is null)
        {
            yield break;
        }

        if (_olderItems is null)
        {
            foreach (DiffItem item in _items)
            {
                if (!item.IsInLayer && WasInLayer(item.Name))
                {
                    yield return item.Name;
                }
            }

            yield break;
        }

        int next = 0;
        foreach (DirectoryItem was in _olderItems)
        {
            while (next < _items.Length && _items[next].Name < was.Name)
            {
                next++;
            }

            bool isKept = next < _items.Length && _items[next].Name == was.Name && _items[next].IsInLayer;
            if (!isKept && WasInLayer(was.Name))
            {
                yield return was.Name;
            }
        }
    }

    /// <inheritdoc/>
    public void Suspend(DiffLevel below)
    {
        newer.Suspend(below.Newer);
        if (below.Older is not null)
        {
            older?.Suspend();
        }
    }

    /// <inheritdoc/>
    public void Resume(DiffLevel below)
    {
        newer.Resume(below.Newer);
        if (below.Older is not null)
        {
            older?.Resume(below.Older);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        newer.Dispose();
        older?.Dispose();
    }

    private bool WasInLayer(ByteString name) => older!.TryStat(name) is { } was && was.Type != FileType.Socket;

    private static bool IsListed(IReadOnlyList<DirectoryItem> items, ref int next, ByteString name)
    {
        while (next < items.Count && items[next].Name < name)
        {
            next++;
        }

        return next < items.Count && items[next].Name == name;
    }
}
