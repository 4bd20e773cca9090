using LayerStore;
using LayerStore.Tar;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Diff;

/// <summary>A directory of the newer tree, as the differ sees it: what it lists, and whether that list is the whole truth.</summary>
internal abstract class DiffDirectory : IWalkLevel<DiffDirectory>
{
    /// <summary>The directory in an overlay's upper, if that has it.</summary>
    public virtual DirectoryHandle? Upper => null;

    /// <summary>The directory in a tree that shows everything, if it is read there.</summary>
    public virtual DirectoryHandle? Shown => null;

    /// <summary>Its own attributes, as a mount shows them.</summary>
    public abstract IReadOnlyList<Xattr> Xattrs { get; }

    /// <summary>Whether everything that the older tree has here and this one does not list is gone. Else it is gone only if it is listed as a whiteout.</summary>
    public abstract bool IsComplete { get; }

    /// <summary>Its own state.</summary>
    public FileStatus Stat() => (Upper ?? Shown)!.Stat();

    /// <summary>What is in it, ordered bytewise by name.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.Aborted"/>: a file vanished between listing and looking.</exception>
    public DiffItem[] List()
    {
        IReadOnlyList<DirectoryItem> names = (Shown ?? Upper)!.List();
        DiffItem[] items = new DiffItem[names.Count];
        for (int i = 0; i < items.Length; i++)
        {
            items[i] = Find(names[i]) ?? throw ChangedFile.Error(names[i].Name);
        }

        return items;
    }

    /// <summary>One name; null if there is nothing.</summary>
    public abstract DiffItem? Find(ByteString name);

    /// <summary>The same for what a listing has.</summary>
    protected virtual DiffItem? Find(DirectoryItem listed) => Find(listed.Name);

    /// <summary>Opens a directory in it.</summary>
    public abstract DiffDirectory OpenChild(DiffItem item);

    /// <summary>Opens anything else in it.</summary>
    public abstract OpenedFile Open(DiffItem item);

    /// <inheritdoc/>
    public virtual void Suspend(DiffDirectory below)
    {
        if (below.Upper is not null)
        {
            Upper?.Suspend();
        }

        if (below.Shown is not null)
        {
            Shown?.Suspend();
        }
    }

    /// <inheritdoc/>
    public virtual void Resume(DiffDirectory below)
    {
        if (below.Upper is { } upper)
        {
            Upper?.Resume(upper);
        }

        if (below.Shown is { } shown)
        {
            Shown?.Resume(shown);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Upper?.Dispose();
        Shown?.Dispose();
    }
}
