using LayerStore;
using LayerStore.Tar;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Diff;

/// <summary>A directory of a plain tree, or of a mount: what is listed is all there is.</summary>
/// <param name="handle">The directory.</param>
/// <param name="known">What is known of a file without a look, by its inode number; null for nothing.</param>
internal sealed class TreeDirectory(DirectoryHandle handle, Func<ulong, FileStatus?>? known = null) : DiffDirectory
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
    protected override DiffItem? Find(DirectoryItem listed) =>
        listed.Type == FileType.RegularFile && known?.Invoke(listed.Inode) is { } status
            ? new DiffItem(listed.Name, status, handle, IsWhiteout: false)
            : Find(listed.Name);

    /// <inheritdoc/>
    public override DiffDirectory OpenChild(DiffItem item) => new TreeDirectory(handle.OpenChild(item.Name), known);

    /// <inheritdoc/>
    public override OpenedFile Open(DiffItem item) => OpenedFile.Open(handle, item.Name, item.Status);
}
