using LayerStore;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Diff;

/// <summary>A read-only mount of an upper on top of what is below, made when it is first needed.</summary>
internal sealed class MergedView(Func<StackView>? open) : IDisposable
{
    private StackView? _view;

    /// <summary>The mount's root.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.FailedPrecondition"/>: there is no way to mount it.</exception>
    public RootDirectory Root => (_view ??= open?.Invoke() ?? throw new LayerStoreException(
        ErrorKind.FailedPrecondition,
        "the changes were written with overlay's redirect_dir or metacopy and cannot be read alone",
        "Give the merged mount too.")).Root;

    /// <summary>Opens a directory by its path.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.Aborted"/>: there is none.</exception>
    public DirectoryHandle OpenDirectory(ByteString path)
    {
        // In two steps: a path may have 4,096 bytes, one more than the kernel takes with a NUL.
        (ByteString directory, ByteString name) = LayerPath.Split(path);
        using DirectoryHandle parent = Root.TryOpenRealDirectory(directory) ?? throw ChangedFile.Error(path);
        return name.IsEmpty ? Root.OpenSelf() : parent.TryOpenChild(name) ?? throw ChangedFile.Error(path);
    }

    /// <inheritdoc/>
    public void Dispose() => _view?.Dispose();
}
