using LayerStore;
using LayerStore.Tar;
using Microsoft.Win32.SafeHandles;

namespace Snapshotter.Layers.Commit;

/// <summary>Remembers the paths of a layer while it is written elsewhere. What it keeps is as large as the change.</summary>
internal sealed class LayerPlan : ILayerSink
{
    private readonly HashSet<ByteString> _entries = [];
    private readonly Dictionary<ByteString, List<ByteString>> _whiteouts = [];

    /// <summary>Whether the layer says nothing.</summary>
    public bool IsEmpty => _entries.Count == 0 && _whiteouts.Count == 0;

    /// <summary>Whether the layer has an entry for the root.</summary>
    public bool HasRootEntry => _entries.Contains(ByteString.Empty);

    /// <summary>Whether the layer has an entry for this path.</summary>
    public bool HasEntry(ByteString path) => _entries.Contains(path);

    /// <summary>The names that the layer says are gone from a directory.</summary>
    public IReadOnlyList<ByteString> WhiteoutsIn(ByteString directory) =>
        _whiteouts.TryGetValue(directory, out List<ByteString>? names) ? names : [];

    /// <inheritdoc/>
    public void Add(TarEntry entry, SafeFileHandle? content) => _entries.Add(entry.Name);

    /// <inheritdoc/>
    public void AddWhiteout(ByteString path)
    {
        (ByteString directory, ByteString name) = LayerPath.Split(path);
        if (!_whiteouts.TryGetValue(directory, out List<ByteString>? names))
        {
            _whiteouts.Add(directory, names = []);
        }

        names.Add(name);
    }

    /// <inheritdoc/>
    public void Finish()
    {
    }
}
