using LayerStore;
using LayerStore.Content;
using LayerStore.Tar;
using Snapshotter.Layers.Apply;
using Snapshotter.Layers.Diff;
using Snapshotter.Layers.Manifest;
using Snapshotter.Layers.Owners;
using Snapshotter.Linux;
using Snapshotter.Snapshots;

namespace Snapshotter.Layers.Commit;

/// <summary>
/// Turns the changes in an active snapshot into a layer: a blob, and at the same time the unpacked layer, so that the new image
/// is ready to be mounted without being extracted.
/// </summary>
/// <remarks>
/// A snapshot that is not mounted gives its upper away: it is cleaned in place to what unpacking would have made, becomes the layer
/// when it is published, and the snapshot goes on with an empty upper on top of it. One that is mounted, or has times that the layer may not have, keeps
/// its upper; the layer is written in the same pass over the files, reflinked where the file system can.
/// </remarks>
internal sealed class LayerCommitter : IAsyncDisposable
{
    private readonly ILayerSnapshotter? _snapshots;
    private readonly SnapshotInfo _snapshot;
    private readonly LayerBlobWriter _writer;
    private readonly DiffObserver _observer;
    private readonly SnapshotDiffer _differ;
    private readonly Timestamp? _latest;
    private LayerDraft? _draft;
    private bool _isFrozen;
    private LayerPlan _plan = new();
    private OwnerRestoringSink? _owners;

    private LayerCommitter(SnapshotDiffer differ, ISnapshotter snapshots, SnapshotInfo snapshot, LayerBlobWriter writer, CommitOptions options)
    {
        _snapshots = snapshots as ILayerSnapshotter;
        _snapshot = snapshot;
        _writer = writer;
        _observer = new DiffObserver { Warn = options.Warn };
        _latest = options.SourceDate is { } date ? new Timestamp(date.ToUnixTimeSeconds(), 0) : null;
        _differ = differ;
    }

    /// <summary>Begins a commit.</summary>
    public static async Task<LayerCommitter> BeginAsync(
        IContentStore content, SnapshotDiffer differ, ISnapshotter snapshots, SnapshotInfo snapshot, CommitOptions options, CancellationToken cancellationToken)
    {
        // One name for all commits of a snapshot, so that what a killed one left is written over by the next.
        LayerBlobWriter writer = await LayerBlobWriter.BeginAsync(
            content, $"commit {snapshot.Name}", options.Compression, wait: true, cancellationToken).ConfigureAwait(false);
        return new LayerCommitter(differ, snapshots, snapshot, writer, options);
    }

    /// <summary>Writes the blob and, with a snapshotter that shares layers, the draft of the layer. Nothing is visible yet.</summary>
    /// <param name="evenIfEmpty">Whether to make a layer if nothing has changed; else there is neither blob nor draft then.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The blob, whose ingest is this object's until it is committed; or null.</returns>
    public async Task<LayerBlob?> WriteAsync(bool evenIfEmpty, CancellationToken cancellationToken)
    {
        // An upper whose times are to be limited stays as it is, or a commit that ends halfway would have changed what the snapshot shows.
        if (_snapshots is not null && _latest is null)
        {
            _draft = await TryFreezeAsync(_snapshots, cancellationToken).ConfigureAwait(false);
            _isFrozen = _draft is not null;
        }

        IReadOnlyDictionary<ByteString, FileOwner> owners = await _differ.SquashedOwnersAsync(_snapshot, cancellationToken).ConfigureAwait(false);
        TreeLayerSink? tree = null;
        try
        {
            await _differ.WriteAsync(
                _snapshot,
                async () =>
                {
                    tree?.Dispose();
                    tree = await MakeTreeAsync(cancellationToken).ConfigureAwait(false);
                    _plan = new LayerPlan();
                    _owners = new OwnerRestoringSink(_writer.Restart(), owners);
                    ILayerSink blob = new TeeLayerSink(_owners, _plan);
                    ILayerSink all = tree is null ? blob : new TeeLayerSink(blob, tree);
                    return LatestTimeSink.Limit(all, _latest);
                },
                _observer,
                cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            tree?.Dispose();
        }

        if (_plan.IsEmpty && !evenIfEmpty)
        {
            return null;
        }

        LayerBlob blob = _writer.Finish();
        FinishDraft(cancellationToken);
        return blob;
    }

    /// <summary>Publishes the layer on top of what the snapshot stands on. One that gave its upper away stands on the new image from then on.</summary>
    /// <param name="diffId">The layer's.</param>
    /// <param name="chainId">The new image's.</param>
    /// <param name="manifest">The new image, whose blobs are stored by now.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <remarks>
    /// Killed while the upper is cleaned: it shows the same (<see cref="FrozenUpper"/>), and the next commit goes on. Killed after the publication:
    /// the snapshot stands on the new image, which has no name yet and which its label keeps; the next commit finds nothing
    /// changed and names it.
    /// </remarks>
    public async Task PublishAsync(Digest diffId, Digest chainId, Digest manifest, CancellationToken cancellationToken)
    {
        if (_snapshots is not null && _draft is not null)
        {
            await _snapshots.PublishAsync(
                [new LayerLink(diffId, chainId, _draft)],
                _isFrozen ? _snapshot.Name : null,
                new Dictionary<string, string?> { [SnapshotLabels.ImageManifest] = manifest.ToString() },
                cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync().ConfigureAwait(false);
        if (_draft is not null)
        {
            await _draft.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Makes the draft what unpacking the layer would have made, with its manifest.</summary>
    private void FinishDraft(CancellationToken cancellationToken)
    {
        if (_snapshots is null || _draft is null)
        {
            return;
        }

        // What is implied or new in the tree of a layer that a differ wrote is in the plan: it is never loose.
        _draft.HasRootEntry = _plan.HasRootEntry;
        _draft.IsChainBound = _owners is { HasRestored: true };
        using RootDirectory tree = RootDirectory.Open(_draft.Directory);
        if (_isFrozen)
        {
            FrozenUpper.Clean(tree, _snapshots.OverlayXattrNamespace, _plan, cancellationToken);
        }

        (_draft.ManifestDigest, _draft.Usage) = ManifestBuilder.Write(
            tree,
            _draft.ManifestPath,
            (path, _) => _writer.HashOf(path),
            _owners?.Noted,
            _draft.HasRootEntry ? null : new OverlayXattrs(_snapshots.OverlayXattrNamespace),
            cancellationToken);
    }

    /// <summary>The snapshot's upper as a draft; null if it is mounted, or means nothing without what is below it.</summary>
    private async Task<LayerDraft?> TryFreezeAsync(ILayerSnapshotter snapshots, CancellationToken cancellationToken)
    {
        LayerDraft frozen;
        try
        {
            frozen = await snapshots.FreezeAsync(_snapshot.Name, cancellationToken).ConfigureAwait(false);
        }
        catch (LayerStoreException e) when (e.Kind == ErrorKind.FailedPrecondition)
        {
            return null;
        }

        using RootDirectory upper = RootDirectory.Open(frozen.Directory);
        if (!new UpperDiffer(upper, lower: null, snapshots.OverlayXattrNamespace).RefersToLower(cancellationToken))
        {
            return frozen;
        }

        await frozen.DisposeAsync().ConfigureAwait(false);
        return null;
    }

    /// <summary>Where the layer's tree is written to, if not frozen: an empty draft, a new one for a second pass.</summary>
    private async Task<TreeLayerSink?> MakeTreeAsync(CancellationToken cancellationToken)
    {
        if (_snapshots is null || _isFrozen)
        {
            return null;
        }

        if (_draft is not null)
        {
            await _draft.DisposeAsync().ConfigureAwait(false);
        }

        _draft = await _snapshots.BeginLayerAsync(cancellationToken).ConfigureAwait(false);
        return new TreeLayerSink(
            _draft.Directory,
            new ApplyOptions { Whiteouts = WhiteoutMode.Overlay, OverlayXattrNamespace = _snapshots.OverlayXattrNamespace, Warn = _observer.Warn });
    }
}
