using LayerStore;
using LayerStore.Tar;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Diff;

/// <summary>
/// The layer that an overlay upper is: only the upper is walked, so the cost follows the change, not the image. What is
/// below is asked only about names that the upper has.
/// </summary>
/// <remarks>
/// The result is that of <see cref="TreeDiffer"/> over the two mounts; docs/decisions/0006 has the rules and the one exception.
/// An upper that was written with <c>redirect_dir</c> or <c>metacopy</c> refers to what is below by name: data and renamed
/// directories are read through the mount of both. Only if a file in a renamed directory has further names that the upper does
/// not list, the two mounts are walked after all.
/// </remarks>
internal sealed class UpperDiffer
{
    private readonly RootDirectory _upper;
    private readonly RootDirectory? _lower;
    private readonly OverlayXattrs _overlay;

    /// <summary>For an upper and what it lies on, which stay the caller's.</summary>
    /// <param name="upper">The upper directory.</param>
    /// <param name="lower">A read-only mount of what is below; null if nothing is.</param>
    /// <param name="xattrNamespace">Where overlay keeps its marks: <c>trusted</c> or <c>user</c>.</param>
    public UpperDiffer(RootDirectory upper, RootDirectory? lower, string xattrNamespace)
    {
        ArgumentNullException.ThrowIfNull(upper);
        _upper = upper;
        _lower = lower;
        _overlay = new OverlayXattrs(xattrNamespace);
    }

    /// <summary>Opens a read-only mount of the upper on top of what is below, with the options it was written with. Asked for
    /// only where the upper cannot be read alone.</summary>
    public Func<StackView>? OpenMerged { get; init; }

    /// <summary>The directory whose own metadata is that of the root below, which need not be the one that the mount shows;
    /// null: 0755, root, mtime 0.</summary>
    public RootDirectory? LowerRootMetadata { get; init; }

    /// <summary>Told what is found.</summary>
    public DiffObserver Observer { get; init; } = new();

    /// <summary>Writes the layer and finishes the sink.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.Aborted"/>: a file changed while it was read, try once more;
    /// <see cref="ErrorKind.FailedPrecondition"/>: something in the upper has no form in a layer.</exception>
    public void WriteTo(ILayerSink sink, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sink);
        using MergedView merged = new(OpenMerged);
        HardLinks links = new(OpenUpper, _lower, cancellationToken);
        TarEntry lowerRoot = DescribeLowerRoot();
        if (UpperMarks.Has(_upper, _overlay, FileType.Directory, cancellationToken) && links.Newer.All.Any(static group => group.IsPartial))
        {
            new TreeDiffer(_lower, merged.Root) { OlderRoot = lowerRoot, SharesInodes = true, Observer = Observer }.WriteTo(sink, cancellationToken);
            return;
        }

        DiffWalker walker = new(sink, links, Observer, cancellationToken) { SharesInodes = true };
        walker.Run(OpenUpper(), _lower?.OpenSelf(), lowerRoot);
        sink.Finish();

        UpperDirectory OpenUpper() => UpperDirectory.OpenRoot(_upper, _overlay, merged);
    }

    /// <summary>Whether the upper holds redirects or files without their data, so that it means nothing without what is below.</summary>
    public bool RefersToLower(CancellationToken cancellationToken = default) => UpperMarks.Has(_upper, _overlay, null, cancellationToken);

    private TarEntry DescribeLowerRoot()
    {
        if (LowerRootMetadata is null)
        {
            return FileDescription.DefaultRoot;
        }

        using DirectoryHandle root = LowerRootMetadata.OpenSelf();
        return FileDescription.Describe(ByteString.Empty, root.Stat(), _overlay.Export(root.ListXattrs(null)));
    }
}
