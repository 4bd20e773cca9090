using LayerStore;
using LayerStore.Content;
using LayerStore.Images;
using LayerStore.Leases;
using LayerStore.Oci;
using LayerStore.Tar;
using Snapshotter.Layers.Diff;
using Snapshotter.Layers.Owners;
using Snapshotter.Layers.Unpack;
using Snapshotter.Snapshots;

namespace Snapshotter.Layers.Commit;

/// <summary>Makes a new image of what changed in an active snapshot: layer, config, manifest, and the name last.</summary>
internal sealed class ImageCommitter(
    StoreLayout layout, ContentStore content, IImageStore images, ISnapshotter snapshots, LayerUnpacker unpacker, TimeProvider clock)
{
    private readonly SnapshotDiffer _differ = new(layout, snapshots);

    /// <summary>Writes the changes as an uncompressed layer.</summary>
    public async Task DiffAsync(string key, Stream output, Timestamp? latest, CancellationToken cancellationToken)
    {
        SnapshotInfo snapshot = await _differ.RequireActiveAsync(key, cancellationToken).ConfigureAwait(false);

        // What is written cannot be taken back, so there is one pass only.
        bool begun = false;
        IReadOnlyDictionary<ByteString, FileOwner> owners = await _differ.SquashedOwnersAsync(snapshot, cancellationToken).ConfigureAwait(false);
        await _differ.WriteAsync(
            snapshot,
            () =>
            {
                if (begun)
                {
                    throw new LayerStoreException(
                        ErrorKind.Aborted, "a file changed while it was read; the output is not complete", "Try again when the container is quiet.");
                }

                begun = true;
                return Task.FromResult(LatestTimeSink.Limit(new OwnerRestoringSink(new TarLayerSink(output), owners), latest));
            },
            new DiffObserver(),
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lists the changes, in the order of the layer.</summary>
    public async Task<IReadOnlyList<PathChange>> SummarizeAsync(string key, CancellationToken cancellationToken)
    {
        SnapshotInfo snapshot = await _differ.RequireActiveAsync(key, cancellationToken).ConfigureAwait(false);
        List<PathChange> changes = [];
        await _differ.WriteAsync(
            snapshot,
            () =>
            {
                changes.Clear();
                return Task.FromResult<ILayerSink>(new LayerPlan());
            },
            new DiffObserver { Changed = changes.Add },
            cancellationToken).ConfigureAwait(false);
        return changes;
    }

    /// <summary>
    /// Commits. If nothing has changed, the new image has the layers that it had, and its history one entry more, as Docker
    /// does it; an image without layers gets an empty one, for it should have at least one (OCI image-spec, manifest.md).
    /// </summary>
    /// <param name="key">The active snapshot.</param>
    /// <param name="name">The new image's full name.</param>
    /// <param name="options">How.</param>
    /// <param name="lease">Keeps what is stored, and the image below, until the new image is named.</param>
    /// <param name="brought">Gets the blobs that were stored, which are garbage if this fails.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.NotFound"/>: no such key; <see cref="ErrorKind.FailedPrecondition"/>: not
    /// active, or not made from an image of this store; <see cref="ErrorKind.Aborted"/>: a file kept changing.</exception>
    public async Task<CommitResult> CommitAsync(
        string key, string name, CommitOptions options, WorkLease lease, ICollection<Digest> brought, CancellationToken cancellationToken)
    {
        SnapshotInfo snapshot = await _differ.RequireActiveAsync(key, cancellationToken).ConfigureAwait(false);
        (EditedImage below, BaseImage? baseImage) = await FindBaseAsync(snapshot, lease, cancellationToken).ConfigureAwait(false);

        LayerCommitter committer = await LayerCommitter.BeginAsync(content, _differ, snapshots, snapshot, options, cancellationToken).ConfigureAwait(false);
        await using (committer.ConfigureAwait(false))
        {
            LayerBlob? layer = await committer.WriteAsync(evenIfEmpty: below.Config.DiffIds.Count == 0, cancellationToken).ConfigureAwait(false);
            HistoryEntry history = new(options.SourceDate ?? clock.GetUtcNow(), "layerstore commit", options.Author, options.Message);
            EditedImage edited = layer is null
                ? ImageEditor.AppendHistory(below, history, baseImage)
                : ImageEditor.AppendLayer(
                    below, new NewLayer(layer.Descriptor.Digest, layer.Descriptor.Size, layer.DiffId, options.Compression, history), baseImage);
            await StoreAsync(edited, layer, lease, brought, cancellationToken).ConfigureAwait(false);
            if (layer is not null)
            {
                await RegisterAsync(committer, edited, layer, lease, cancellationToken).ConfigureAwait(false);
            }

            Image image = await images.PutAsync(name, edited.Manifest.Descriptor, edited.Manifest.Descriptor, lease, CancellationToken.None).ConfigureAwait(false);
            return new CommitResult(image, layer?.Descriptor, layer?.DiffId, layer?.UncompressedSize ?? 0);
        }
    }

    /// <summary>Makes the layer and the documents blobs, all of them with one wait for the disk, and lets the lease keep them and the layer to come.</summary>
    private async Task StoreAsync(EditedImage edited, LayerBlob? layer, WorkLease lease, ICollection<Digest> brought, CancellationToken cancellationToken)
    {
        Digest[] blobs = [.. layer is null ? (Digest[])[] : [layer.Descriptor.Digest], edited.Config.Digest, edited.Manifest.Digest];
        List<LeaseResource> kept = [.. blobs.Select(LeaseResource.Blob)];
        if (layer is not null)
        {
            kept.AddRange([LeaseResource.Layer(layer.DiffId), LeaseResource.Chain(ChainOf(edited))]);
        }

        await lease.KeepAsync(kept, cancellationToken).ConfigureAwait(false);
        List<FinishedIngest> ingests = layer is null ? [] : [layer.Ingest];
        try
        {
            foreach (OciDocument document in (OciDocument[])[edited.Config, edited.Manifest])
            {
                if (await TryWriteAsync(document, cancellationToken).ConfigureAwait(false) is { } writer)
                {
                    ingests.Add(new FinishedIngest(writer));
                }
            }

            foreach (Digest blob in blobs)
            {
                brought.Add(blob);
            }

            await content.CommitAllAsync(ingests, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            ingests.ForEach(ingest => ingest.Writer.Discard());
        }
    }

    /// <summary>Writes a document into an ingest; null if it is here.</summary>
    private async Task<IngestWriter?> TryWriteAsync(OciDocument document, CancellationToken cancellationToken)
    {
        IngestWriter writer;
        try
        {
            writer = await content.BeginIngestAsync($"commit-{document.Digest}", document.Descriptor, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (LayerStoreException e) when (e.Kind == ErrorKind.AlreadyExists)
        {
            return null;
        }

        try
        {
            writer.Restart();
            writer.Write(document.Bytes.Span);
            return writer;
        }
        catch
        {
            writer.Discard();
            throw;
        }
    }

    /// <summary>Makes the new layer ready to be mounted. A snapshotter of whole trees gets it the usual way: its tree is a copy in any case.</summary>
    private async Task RegisterAsync(
        LayerCommitter committer, EditedImage edited, LayerBlob layer, WorkLease lease, CancellationToken cancellationToken)
    {
        if (snapshots is ILayerSnapshotter)
        {
            await committer.PublishAsync(layer.DiffId, ChainOf(edited), edited.Manifest.Digest, cancellationToken).ConfigureAwait(false);
            return;
        }

        ImageView view = await ImageView.LoadAsync(new ContentBlobProvider(content), edited.Manifest.Descriptor, platform: null, cancellationToken)
            .ConfigureAwait(false);
        await unpacker.UnpackAsync(view, LayerOptions.Default, lease, progress: null, CancellationToken.None).ConfigureAwait(false);
    }

    private static Digest ChainOf(EditedImage image) => ChainId.Compute(image.Config.DiffIds)[^1];

    /// <summary>
    /// The image that the snapshot stands on: that of its labels, whose chain must be the snapshot's parent; else any image with that
    /// chain, which is as good. A snapshot without a parent stands on nothing.
    /// </summary>
    private async Task<(EditedImage Image, BaseImage? Base)> FindBaseAsync(SnapshotInfo snapshot, WorkLease lease, CancellationToken cancellationToken)
    {
        string? labelled = snapshot.Labels.GetValueOrDefault(SnapshotLabels.ImageName);
        string? origin = snapshot.Labels.GetValueOrDefault(SnapshotLabels.ImageOrigin);
        foreach (Digest manifest in SnapshotLabels.ManifestsOf(snapshot))
        {
            if (await TryLoadAsync(manifest, snapshot.Parent, lease, cancellationToken).ConfigureAwait(false) is { } found)
            {
                return (found, new BaseImage(manifest, manifest.ToString() == origin ? labelled : null));
            }
        }

        if (snapshot.Parent is null)
        {
            return (ImageEditor.CreateEmpty(Platform.Current), null);
        }

        await foreach (Image image in images.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            if (await TryLoadAsync(image.Manifest.Digest, snapshot.Parent, lease, cancellationToken).ConfigureAwait(false) is { } found)
            {
                return (found, new BaseImage(image.Manifest.Digest, image.Name));
            }
        }

        throw new LayerStoreException(
            ErrorKind.FailedPrecondition,
            $"the snapshot \"{Printable.Text(snapshot.Name)}\" does not stand on an image of this store",
            "Make it with: layerstore mount NAME TARGET --key KEY");
    }

    private async Task<EditedImage?> TryLoadAsync(Digest manifest, string? parent, WorkLease lease, CancellationToken cancellationToken)
    {
        await lease.KeepAsync([LeaseResource.Blob(manifest)], cancellationToken).ConfigureAwait(false);
        if (await content.StatAsync(manifest, cancellationToken).ConfigureAwait(false) is not { } blob)
        {
            return null;
        }

        byte[] bytes = await content.ReadAllAsync(manifest, (int)Math.Min(blob.Size, int.MaxValue), cancellationToken).ConfigureAwait(false);
        ImageManifest parsed = ImageManifest.Parse(bytes, limits: DocumentLimits.Stored);
        if (!parsed.IsImage)
        {
            return null;
        }

        ImageView view = await ImageView.LoadAsync(new ContentBlobProvider(content), parsed.Descriptor, platform: null, cancellationToken).ConfigureAwait(false);
        return view.ChainId?.ToString() == parent ? new EditedImage(view.Manifest, view.Config) : null;
    }
}
