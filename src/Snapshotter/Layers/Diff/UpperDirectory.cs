using LayerStore;
using LayerStore.Tar;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Diff;

/// <summary>
/// A directory of an overlay upper, read as overlay reads it: both forms of whiteout, and opaque marks. Below an opaque
/// directory nothing is merged, whether or not the directories there are marked too.
/// </summary>
internal sealed class UpperDirectory : DiffDirectory
{
    private readonly DirectoryHandle _handle;
    private readonly OverlayXattrs _xattrs;
    private readonly bool _hasXattrWhiteouts;

    public UpperDirectory(DirectoryHandle handle, OverlayXattrs xattrs, bool isHiding)
    {
        _handle = handle;
        _xattrs = xattrs;
        ByteString? opaque = handle.GetXattr(null, xattrs.Opaque);
        _hasXattrWhiteouts = opaque is { } mark && mark.Span.SequenceEqual("x"u8);
        IsComplete = isHiding || (opaque is { } value && value.Span.SequenceEqual("y"u8));
    }

    /// <inheritdoc/>
    public override DirectoryHandle Handle => _handle;

    /// <inheritdoc/>
    public override bool IsComplete { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<DiffItem> List()
    {
        IReadOnlyList<DirectoryItem> names = _handle.List();
        DiffItem[] items = new DiffItem[names.Count];
        for (int i = 0; i < items.Length; i++)
        {
            FileStatus status = StatListed(_handle, names[i].Name);
            items[i] = new DiffItem(names[i].Name, status, status.IsWhiteout || IsXattrWhiteout(names[i].Name, status));
        }

        return items;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Xattr> ListXattrs(ByteString? name) => _xattrs.Export(_handle.ListXattrs(name));

    /// <inheritdoc/>
    public override DiffDirectory OpenChild(ByteString name) => new UpperDirectory(_handle.OpenChild(name), _xattrs, IsComplete);

    private bool IsXattrWhiteout(ByteString name, FileStatus status) =>
        _hasXattrWhiteouts && status.Type == FileType.RegularFile && status.Size == 0
        && _handle.GetXattr(name, _xattrs.Whiteout) is not null;
}
