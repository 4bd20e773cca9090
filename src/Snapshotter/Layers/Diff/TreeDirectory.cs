using LayerStore;
using LayerStore.Tar;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Diff;

/// <summary>A directory of a plain tree, or of a mount: what is listed is all there is.</summary>
internal sealed class TreeDirectory(DirectoryHandle handle) : DiffDirectory
{
    /// <inheritdoc/>
    public override DirectoryHandle Shown => handle;

    /// <inheritdoc/>
    public override IReadOnlyList<Xattr> Xattrs => handle.ListXattrs(null);

    /// <inheritdoc/>
    public override bool IsComplete => true;

    /// <inheritdoc/>
    public override DiffItem? Find(ByteString name) =>
        handle.TryStat(name) is { } status ? new DiffItem(name, status, handle, IsWhiteout: false) : null;

    /// <inheritdoc/>
    public override DiffDirectory OpenChild(DiffItem item) => new TreeDirectory(handle.OpenChild(item.Name));

    /// <inheritdoc/>
    public override OpenedFile Open(DiffItem item) => OpenedFile.Open(handle, item.Name, item.Status);
}
