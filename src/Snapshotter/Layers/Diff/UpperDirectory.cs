using LayerStore;
using LayerStore.Tar;
using Microsoft.Win32.SafeHandles;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Diff;

/// <summary>
/// A directory of an overlay upper, read as overlay reads it: both forms of whiteout, opaque marks, redirects and files
/// without their data. Below an opaque directory nothing is merged, whether or not the directories there are marked too.
/// </summary>
/// <remarks>
/// A directory that was renamed (<c>overlay.redirect</c>) shows what is below under another name. In it and all that it
/// holds, names are listed through a mount; what the upper has is still read there, so that an inode has one number
/// wherever its names are.
/// </remarks>
internal sealed class UpperDirectory : DiffDirectory
{
    private readonly OverlayXattrs _overlay;
    private readonly MergedView _merged;
    private readonly DirectoryHandle _upper;
    private readonly DirectoryHandle? _shown;
    private readonly ByteString _path;
    private readonly bool _isHiding;
    private readonly bool _hasXattrWhiteouts;

    private UpperDirectory(
        OverlayXattrs overlay, MergedView merged, DirectoryHandle upper, DirectoryHandle? shown, ByteString path, IReadOnlyList<Xattr> stored, bool isHiding)
    {
        _overlay = overlay;
        _merged = merged;
        _upper = upper;
        _shown = shown;
        _path = path;
        Xattrs = overlay.Export(stored);
        ReadOnlySpan<byte> opaque = ValueOf(stored, overlay.Opaque) is { } mark ? mark.Span : default;
        _hasXattrWhiteouts = opaque.SequenceEqual("x"u8);
        _isHiding = isHiding || opaque.SequenceEqual("y"u8);
    }

    /// <inheritdoc/>
    public override DirectoryHandle Upper => _upper;

    /// <inheritdoc/>
    public override DirectoryHandle? Shown => _shown;

    /// <inheritdoc/>
    public override IReadOnlyList<Xattr> Xattrs { get; }

    /// <inheritdoc/>
    public override bool IsComplete => _isHiding || _shown is not null;

    /// <summary>Opens an upper's root.</summary>
    /// <param name="upper">The upper.</param>
    /// <param name="overlay">The names of overlay's marks.</param>
    /// <param name="merged">Shows what the upper refers to; it stays the caller's.</param>
    public static UpperDirectory OpenRoot(RootDirectory upper, OverlayXattrs overlay, MergedView merged)
    {
        DirectoryHandle handle = upper.OpenSelf();
        try
        {
            return new UpperDirectory(overlay, merged, handle, shown: null, ByteString.Empty, handle.ListXattrs(null, overlay.IsRead), isHiding: false);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override DiffItem? Find(ByteString name)
    {
        FileStatus? status = _upper.TryStat(name);
        bool isWhiteout = status is { } found && (found.IsWhiteout || IsXattrWhiteout(name, found));
        return status is { } there && (_shown is null || !isWhiteout)
            ? new DiffItem(name, there, _upper, isWhiteout)
            : _shown?.TryStat(name) is { } below ? new DiffItem(name, below, _shown, IsWhiteout: false) : null;
    }

    /// <inheritdoc/>
    public override DiffDirectory OpenChild(DiffItem item)
    {
        if (item.Source != _upper)
        {
            return new TreeDirectory(item.Source.OpenChild(item.Name));
        }

        DirectoryHandle upper = _upper.OpenChild(item.Name);
        DirectoryHandle? shown = null;
        try
        {
            ByteString path = LayerPath.Join(_path, item.Name);
            IReadOnlyList<Xattr> stored = upper.ListXattrs(null, _overlay.IsRead);
            shown = _shown is not null ? _shown.OpenChild(item.Name)
                : ValueOf(stored, _overlay.Redirect) is not null ? _merged.OpenDirectory(path)
                : null;
            return new UpperDirectory(_overlay, _merged, upper, shown, path, stored, _isHiding);
        }
        catch
        {
            upper.Dispose();
            shown?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.FailedPrecondition"/>: the upper was written with an index.</exception>
    public override OpenedFile Open(DiffItem item)
    {
        if (item.Source != _upper)
        {
            return OpenedFile.Open(item.Source, item.Name, item.Status);
        }

        OpenedFile file = OpenedFile.Open(_upper, item.Name, item.Status, _overlay.IsRead);
        try
        {
            if (ValueOf(file.Xattrs, _overlay.LinkCount) is not null)
            {
                throw new LayerStoreException(
                    ErrorKind.FailedPrecondition,
                    $"{LayerPath.Join(_path, item.Name)} was written with overlay's index=on: names that the upper does not list changed with it",
                    "Mount with index=off.");
            }

            IReadOnlyList<Xattr> exported = _overlay.Export(file.Xattrs);
            if (file.Content is null || ValueOf(file.Xattrs, _overlay.Metacopy) is null)
            {
                return file with { Xattrs = exported };
            }

            OpenedFile data = new(exported, ByteString.Empty, OpenData(item.Name), IsReadElsewhere: true);
            file.Dispose();
            return data;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Opens a file whose data is below.</summary>
    private SafeFileHandle OpenData(ByteString name)
    {
        if (_shown is not null)
        {
            return _shown.OpenRead(name);
        }

        using DirectoryHandle directory = _merged.OpenDirectory(_path);
        return directory.OpenRead(name);
    }

    private bool IsXattrWhiteout(ByteString name, FileStatus status) =>
        _hasXattrWhiteouts && status.Type == FileType.RegularFile && status.Size == 0
        && _upper.GetXattr(name, _overlay.Whiteout) is not null;

    private static ByteString? ValueOf(IReadOnlyList<Xattr> xattrs, ByteString name)
    {
        foreach (Xattr xattr in xattrs)
        {
            if (xattr.Name == name)
            {
                return xattr.Value;
            }
        }

        return null;
    }
}
