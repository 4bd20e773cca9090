using System.Collections;
using LayerStore;

namespace Snapshotter.Layers.Apply;

/// <summary>A set of names that is most often empty, and then takes next to no memory: a layer may have many directories.</summary>
internal sealed class NameSet : IEnumerable<ByteString>
{
    private HashSet<ByteString>? _names;

    /// <summary>How many names are in it.</summary>
    public int Count => _names?.Count ?? 0;

    /// <summary>Whether a name is in it.</summary>
    public bool Contains(ByteString name) => _names is not null && _names.Contains(name);

    /// <summary>Adds a name.</summary>
    public void Add(ByteString name) => (_names ??= []).Add(name);

    /// <summary>Removes a name; false if it was not in it.</summary>
    public bool Remove(ByteString name) => _names is not null && _names.Remove(name);

    /// <inheritdoc/>
    public IEnumerator<ByteString> GetEnumerator() => (_names ?? Enumerable.Empty<ByteString>()).GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
