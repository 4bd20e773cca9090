using LayerStore;
using LayerStore.Tar;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Diff;

/// <summary>
/// The layer that turns one directory tree into another, found by walking both. For snapshots without an upper, and for
/// any two directories. Files of the same size and modification time are read and compared.
/// </summary>
internal sealed class TreeDiffer
{
    private readonly RootDirectory? _older;
    private readonly RootDirectory _newer;

    /// <summary>For two trees, which stay the caller's.</summary>
    /// <param name="older">The tree below; null makes a base layer of the newer one.</param>
    /// <param name="newer">The tree that the layer leads to.</param>
    public TreeDiffer(RootDirectory? older, RootDirectory newer)
    {
        ArgumentNullException.ThrowIfNull(newer);
        _older = older;
        _newer = newer;
    }

    /// <summary>Told what is found.</summary>
    public DiffObserver Observer { get; init; } = new();

    /// <summary>What the older root is like, where its directory does not say so: an overlay mount shows the topmost layer's.</summary>
    internal TarEntry? OlderRoot { get; init; }

    /// <summary>Whether both trees are mounts over the same directories, so that files with one inode need no reading.</summary>
    internal bool SharesInodes { get; init; }

    /// <summary>Writes the layer and finishes the sink.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.Aborted"/>: a file changed while it was read, try once more;
    /// <see cref="ErrorKind.FailedPrecondition"/>: something in the tree has no form in a layer.</exception>
    public void WriteTo(ILayerSink sink, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sink);
        DirectoryHandle? older = _older?.OpenSelf();
        TarEntry olderRoot = OlderRoot
            ?? (older is null ? FileDescription.DefaultRoot : FileDescription.Describe(ByteString.Empty, older.Stat(), older.ListXattrs(null)));
        HardLinks links = new(OpenNewer, _older, cancellationToken);
        new DiffWalker(sink, links, Observer, cancellationToken) { SharesInodes = SharesInodes }.Run(OpenNewer(), older, olderRoot);
        sink.Finish();

        TreeDirectory OpenNewer() => new(_newer.OpenSelf());
    }
}
