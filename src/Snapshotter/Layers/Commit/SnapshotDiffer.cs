using LayerStore;
using LayerStore.Content;
using Snapshotter.Layers.Diff;
using Snapshotter.Layers.Manifest;
using Snapshotter.Layers.Owners;
using Snapshotter.Linux;
using Snapshotter.Snapshots;

namespace Snapshotter.Layers.Commit;

/// <summary>Finds what changed in an active snapshot since it was prepared, with the differ that its driver allows.</summary>
internal sealed class SnapshotDiffer(StoreLayout layout, ISnapshotter snapshots)
{
    /// <summary>The active snapshot of this key.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.NotFound"/>; <see cref="ErrorKind.FailedPrecondition"/>: it is not active.</exception>
    public async Task<SnapshotInfo> RequireActiveAsync(string key, CancellationToken cancellationToken)
    {
        SnapshotInfo snapshot = await snapshots.StatAsync(key, cancellationToken).ConfigureAwait(false)
            ?? throw new LayerStoreException(ErrorKind.NotFound, $"there is no snapshot \"{Printable.Text(key)}\"", "See the keys with: layerstore snapshot ls");
        return snapshot.Kind == SnapshotKind.Active
            ? snapshot
            : throw new LayerStoreException(
                ErrorKind.FailedPrecondition, $"the snapshot \"{Printable.Text(key)}\" cannot change, so it has no changes", "Mount the image without --read-only, with a key.");
    }

    /// <summary>
    /// Writes the changes into a sink that is made for the purpose. A file that changes while it is read spoils the pass; then
    /// everything is done once more, into a new sink.
    /// </summary>
    /// <param name="snapshot">The active snapshot.</param>
    /// <param name="makeSink">Makes a sink, once or twice.</param>
    /// <param name="observer">Told what is found; on a second pass again.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.Aborted"/>: a file changed during the second pass too.</exception>
    public async Task WriteAsync(SnapshotInfo snapshot, Func<Task<ILayerSink>> makeSink, DiffObserver observer, CancellationToken cancellationToken)
    {
        try
        {
            await WriteOnceAsync(snapshot, await makeSink().ConfigureAwait(false), observer, cancellationToken).ConfigureAwait(false);
        }
        catch (LayerStoreException e) when (e.Kind == ErrorKind.Aborted)
        {
            await WriteOnceAsync(snapshot, await makeSink().ConfigureAwait(false), observer, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The true owners of files whose owners were squashed when the layers below were unpacked.</summary>
    public async Task<IReadOnlyDictionary<ByteString, FileOwner>> SquashedOwnersAsync(SnapshotInfo snapshot, CancellationToken cancellationToken)
    {
        TrueOwners owners = new();
        if (snapshots is ILayerSnapshotter layered && !UserNamespace.Current.IsInitial)
        {
            using SnapshotStack stack = await layered.StackAsync(snapshot.Name, cancellationToken).ConfigureAwait(false);
            Dictionary<string, LayerInfo> layers =
                (await layered.ListLayersAsync(cancellationToken).ConfigureAwait(false)).ToDictionary(layer => layer.Directory);
            foreach (string tree in stack.Lowers.Reverse())
            {
                if (layers.TryGetValue(tree, out LayerInfo? layer) && layer.ManifestDigest is { } digest)
                {
                    using RootDirectory root = RootDirectory.Open(tree);
                    owners.Add(LayerManifest.ReadVerified(layout.Manifest(layer.Tree), digest), path => IsOpaque(root, path, layered.OverlayXattrNamespace));
                }
            }
        }

        return owners.ByPath;
    }

    private static bool IsOpaque(RootDirectory layer, ByteString path, string xattrNamespace)
    {
        using DirectoryHandle? directory = layer.TryOpenRealDirectory(path);
        return directory?.GetXattr(null, new OverlayXattrs(xattrNamespace).Opaque) is { } mark && mark.Span.SequenceEqual("y"u8);
    }

    private Task WriteOnceAsync(SnapshotInfo snapshot, ILayerSink sink, DiffObserver observer, CancellationToken cancellationToken) =>
        snapshots is ILayerSnapshotter layered
            ? WriteUpperAsync(layered, snapshot, sink, observer, cancellationToken)
            : WriteTreeAsync(snapshot, sink, observer, cancellationToken);

    private static async Task WriteUpperAsync(
        ILayerSnapshotter snapshots, SnapshotInfo snapshot, ILayerSink sink, DiffObserver observer, CancellationToken cancellationToken)
    {
        using SnapshotStack stack = await snapshots.StackAsync(snapshot.Name, cancellationToken).ConfigureAwait(false);
        using RootDirectory upper = RootDirectory.Open(stack.Upper!);
        bool standsOnNothing = stack.Lowers.All(lower => lower == stack.Empty);
        using StackView? lower = standsOnNothing ? null : StackView.Open(stack.Lowers, snapshots.OverlayXattrNamespace, empty: stack.Empty);
        using RootDirectory? rootMetadata = stack.RootMetadata is null ? null : RootDirectory.Open(stack.RootMetadata);
        new UpperDiffer(upper, lower?.Root, snapshots.OverlayXattrNamespace)
        {
            LowerRootMetadata = rootMetadata,
            OpenMerged = () => StackView.Open([stack.Upper!, .. stack.Lowers], snapshots.OverlayXattrNamespace, followsReferences: true, stack.Empty),
            Observer = observer,
        }.WriteTo(sink, cancellationToken);
    }

    /// <summary>Compares the whole trees, of which the older one is shown by a view for as long as it takes.</summary>
    private async Task WriteTreeAsync(SnapshotInfo snapshot, ILayerSink sink, DiffObserver observer, CancellationToken cancellationToken)
    {
        string newer = (await snapshots.MountsAsync(snapshot.Name, cancellationToken).ConfigureAwait(false)).Single().Source;
        string key = $"diff {Guid.NewGuid():N}";
        string? older = snapshot.Parent is null
            ? null
            : (await snapshots.ViewAsync(key, snapshot.Parent, labels: null, cancellationToken).ConfigureAwait(false)).Single().Source;
        try
        {
            using RootDirectory? olderRoot = older is null ? null : RootDirectory.Open(older);
            using RootDirectory newerRoot = RootDirectory.Open(newer);
            new TreeDiffer(olderRoot, newerRoot) { Observer = observer }.WriteTo(sink, cancellationToken);
        }
        finally
        {
            if (older is not null)
            {
                await Undo.TryAsync(() => snapshots.RemoveAsync(key, CancellationToken.None)).ConfigureAwait(false);
            }
        }
    }
}
