using LayerStore;
using LayerStore.Tar;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Diff;

/// <summary>A directory of the newer tree, as the differ sees it: what it lists, and whether that list is the whole truth.</summary>
internal abstract class DiffDirectory : IDisposable
{
    /// <summary>The directory itself.</summary>
    public abstract DirectoryHandle Handle { get; }

    /// <summary>Whether everything that the older tree has here and this one does not list is gone. Else it is gone only if it is listed as a whiteout.</summary>
    public abstract bool IsComplete { get; }

    /// <summary>What is in it, ordered bytewise by name.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.Aborted"/>: a file vanished between listing and looking.</exception>
    public abstract IReadOnlyList<DiffItem> List();

    /// <summary>The attributes of a file in it, or its own if the name is null, as a mount shows them.</summary>
    public abstract IReadOnlyList<Xattr> ListXattrs(ByteString? name);

    /// <summary>Opens a directory in it.</summary>
    public abstract DiffDirectory OpenChild(ByteString name);

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();

    /// <summary>The state of each name, none of which may be gone again.</summary>
    protected static FileStatus StatListed(DirectoryHandle directory, ByteString name) =>
        directory.TryStat(name) ?? throw ChangedFile.Error(name);
}
