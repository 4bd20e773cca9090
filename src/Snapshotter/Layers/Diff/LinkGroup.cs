using LayerStore;
using LayerStore.Tar;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Diff;

/// <summary>The names that one file has in a tree.</summary>
/// <param name="status">The file.</param>
internal sealed class LinkGroup(FileStatus status)
{
    private readonly List<ByteString> _names = [];

    /// <summary>The names, in canonical order.</summary>
    public IReadOnlyList<ByteString> Names => _names;

    /// <summary>Whether the file has names that the walk of the tree did not find.</summary>
    public bool IsPartial => status.LinkCount > _names.Count;

    /// <summary>Whether the walk has come to its first name, so that it is known what becomes of it.</summary>
    public bool IsDecided { get; private set; }

    /// <summary>The entry that the layer has for the first name; null if the layer has none.</summary>
    public TarEntry? Written { get; private set; }

    /// <summary>Adds the next name.</summary>
    public void Add(ByteString name) => _names.Add(name);

    /// <summary>Says what becomes of it.</summary>
    /// <param name="written">The first name's entry; null leaves the file out.</param>
    public void Decide(TarEntry? written)
    {
        IsDecided = true;
        Written = written;
    }
}
