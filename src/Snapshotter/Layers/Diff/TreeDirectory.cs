using LayerStore;
using LayerStore.Tar;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Diff;

/// <summary>A directory of a plain tree, or of a mount: what is listed is all there is.</summary>
internal sealed class TreeDirectory(DirectoryHandle handle) : DiffDirectory
{
    /// <inheritdoc/>
    public override DirectoryHandle Handle => handle;

    /// <inheritdoc/>
    public override bool IsComplete => true;

    /// <inheritdoc/>
    public override IReadOnlyList<DiffItem> List()
    {
        IReadOnlyList<DirectoryItem> names = handle.List();
        DiffItem[] items = new DiffItem[names.Count];
        for (int i = 0; i < items.Length; i++)
        {
            items[i] = new DiffItem(names[i].Name, StatListed(handle, names[i].Name), IsWhiteout: false);
        }

        return items;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Xattr> ListXattrs(ByteString? name) => handle.ListXattrs(name);

    /// <inheritdoc/>
    public override DiffDirectory OpenChild(ByteString name) => new TreeDirectory(handle.OpenChild(name));
}
