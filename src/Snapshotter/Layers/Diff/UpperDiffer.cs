using LayerStore;
using LayerStore.Tar;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Diff;

/// <summary>
/// The layer that an overlay upper is: only the upper is walked, so the cost follows the change, not the image. What is
/// below is asked only about names that the upper has.
/// </summary>
/// <remarks>
/// The result is that of <see cref="TreeDiffer"/> over the two mounts, but for files that have several names below: there
/// the upper's copy always counts as changed, because to learn whether the other names still live would cost a walk.
/// An upper that was written with <c>redirect_dir</c> or <c>metacopy</c> refers to what is below by name, and renamed
/// directories hide files that only the mount shows: for these the two mounts are walked after all.
/// </remarks>
internal sealed class UpperDiffer
{
    private readonly RootDirectory _upper;
    private readonly RootDirectory? _lower;
    private readonly OverlayXattrs _xattrs;

    /// <summary>For an upper and what it lies on, which stay the caller's.</summary>
    /// <param name="upper">The upper directory.</param>
    /// <param name="lower">A read-only mount of what is below; null if nothing is.</param>
    /// <param name="xattrNamespace">Where overlay keeps its marks: <c>trusted</c> or <c>user</c>.</param>
    public UpperDiffer(RootDirectory upper, RootDirectory? lower, string xattrNamespace)
    {
        ArgumentNullException.ThrowIfNull(upper);
        _upper = upper;
        _lower = lower;
        _xattrs = new OverlayXattrs(xattrNamespace);
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
        TarEntry lowerRoot = DescribeLowerRoot();
        if (RefersToLower(cancellationToken))
        {
            using StackView merged = OpenMerged?.Invoke() ?? throw new LayerStoreException(
                ErrorKind.FailedPrecondition,
                "the changes were written with overlay's redirect_dir or metacopy and cannot be read alone",
                "Give the merged mount too.");
            new TreeDiffer(_lower, merged.Root) { OlderRoot = lowerRoot, SharesInodes = true, Observer = Observer }.WriteTo(sink, cancellationToken);
            return;
        }

        using UpperDirectory upper = new(_upper.OpenSelf(), _xattrs, isHiding: false);
        using DirectoryHandle? lower = _lower?.OpenSelf();
        DiffContext context = DiffContext.ForUpper(upper, Observer, cancellationToken);
        DiffWalker.Run(upper, lower, lowerRoot, sink, context, cancellationToken);
        sink.Finish();
    }

    /// <summary>Whether the upper holds redirects or files without their data, so that it means nothing without what is below.</summary>
    public bool RefersToLower(CancellationToken cancellationToken = default)
    {
        bool refers = false;
        using UpperDirectory root = new(_upper.OpenSelf(), _xattrs, isHiding: false);
        TreeWalk.Visit(
            root,
            (directory, _, item) => refers = refers || item.Status.Type switch
            {
                FileType.Directory => directory.Handle.GetXattr(item.Name, _xattrs.Redirect) is not null,
                FileType.RegularFile => directory.Handle.GetXattr(item.Name, _xattrs.Metacopy) is not null,
                _ => false,
            },
            cancellationToken);
        return refers;
    }

    private TarEntry DescribeLowerRoot()
    {
        if (LowerRootMetadata is null)
        {
            return FileDescription.DefaultRoot;
        }

        using DirectoryHandle root = LowerRootMetadata.OpenSelf();
        return FileDescription.Describe(ByteString.Empty, root, null, root.Stat(), _xattrs.Export(root.ListXattrs(null)));
    }
}
