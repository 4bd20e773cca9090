using LayerStore;
using LayerStore.Content;
using LayerStore.Images;
using LayerStore.Leases;
using Snapshotter.Linux;
using Snapshotter.Snapshots;

namespace Snapshotter.Layers.Unpack;

/// <summary>
/// Unpacks an image into a snapshotter: afterwards each chain ID is a committed snapshot. What is there is not read again.
/// </summary>
/// <remarks>
/// With a snapshotter that shares layers, all layers unpack in parallel, the base like the others, since none needs what
/// is below it; only loose ones are completed afterwards, in the order of the chain. Others get one layer on the other.
/// Processes that unpack the same layer wait for each other, and the second finds it.
/// </remarks>
internal sealed class LayerUnpacker(StoreLayout layout, IContentStore content, DirectorySnapshotter snapshots)
{
    /// <summary>So many layers are unpacked at the same time at most, on however many processors: each has buffers, and may have a window of zstd.</summary>
    private const int MostLayersAtOnce = 8;

    /// <summary>Unpacks what is missing of an image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="options">How.</param>
    /// <param name="lease">Keeps the layers and snapshots until something lasting refers to them.</param>
    /// <param name="progress">Told of each layer.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: damaged, hostile or not what the image
    /// says. Nothing of a layer that fails is visible.</exception>
    public Task UnpackAsync(
        ImageView image, LayerOptions options, WorkLease lease, IProgress<LayerProgress>? progress, CancellationToken cancellationToken) =>
        UnpackAsync(new ContentBlobProvider(content), image, options, lease, policy: null, progress, cancellationToken);

    /// <summary>
    /// As the other, of an image that may still be on its way, and refuses layers that are here but were unpacked with another policy of devices and setuid.
    /// </summary>
    /// <exception cref="LayerStoreException">As for the other; <see cref="ErrorKind.FailedPrecondition"/>: such a layer.</exception>
    public Task UnpackExactlyAsync(
        IBlobProvider blobs,
        ImageView image,
        LayerOptions options,
        WorkLease lease,
        IProgress<LayerProgress>? progress,
        CancellationToken cancellationToken) =>
        UnpackAsync(blobs, image, options, lease, new UnpackPolicy(snapshots, options), progress, cancellationToken);

    private async Task UnpackAsync(
        IBlobProvider blobs,
        ImageView image,
        LayerOptions options,
        WorkLease lease,
        UnpackPolicy? policy,
        IProgress<LayerProgress>? progress,
        CancellationToken cancellationToken)
    {
        await lease.KeepAsync(ResourcesOf(image), cancellationToken).ConfigureAwait(false);
        LayerExtractor extractor = new(blobs, options, progress);
        IReadOnlyDictionary<string, string> labels = policy?.SnapshotLabels ?? Labels.None;
        await CheckAsync().ConfigureAwait(false);
        if (await IsThereAsync(image, cancellationToken).ConfigureAwait(false))
        {
            ReportThere(image, extractor);
            return;
        }

        using LayerLocks locks = await LayerLocks.AcquireAsync(layout, image.Layers.Select(layer => layer.DiffId), cancellationToken).ConfigureAwait(false);
        await CheckAsync().ConfigureAwait(false);
        if (await IsThereAsync(image, cancellationToken).ConfigureAwait(false))
        {
            ReportThere(image, extractor);
        }
        else if (snapshots is ILayerSnapshotter layered)
        {
            using WriteBehind? behind = WriteBehind.Begin(layout.Trees, snapshots.Syncs);
            await new Run(layered, image, extractor, labels, behind).UnpackAsync(cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await StackAsync(image, extractor, labels, lease.Id, cancellationToken).ConfigureAwait(false);
        }

        Task CheckAsync() => policy?.CheckAsync(image, cancellationToken) ?? Task.CompletedTask;
    }

    private static List<LeaseResource> ResourcesOf(ImageView image) =>
        [.. image.Layers.Select(layer => LeaseResource.Layer(layer.DiffId)), .. image.Layers.Select(layer => LeaseResource.Chain(layer.ChainId))];

    private async Task<bool> IsThereAsync(ImageView image, CancellationToken cancellationToken) =>
        image.ChainId is not { } top || await snapshots.StatAsync(top.ToString(), cancellationToken).ConfigureAwait(false) is { Kind: SnapshotKind.Committed };

    private static void ReportThere(ImageView image, LayerExtractor extractor)
    {
        foreach (ImageLayer layer in image.Layers)
        {
            extractor.Report(layer, layer.Descriptor.Size, LayerState.Exists);
        }
    }

    /// <summary>One snapshot on the other, for a snapshotter whose committed snapshots are whole trees.</summary>
    private async Task StackAsync(
        ImageView image, LayerExtractor extractor, IReadOnlyDictionary<string, string> labels, string lease, CancellationToken cancellationToken)
    {
        string? parent = null;
        foreach (ImageLayer layer in image.Layers)
        {
            string name = layer.ChainId.ToString();
            if (await snapshots.StatAsync(name, cancellationToken).ConfigureAwait(false) is null)
            {
                await AddAsync(layer, name, parent, extractor, labels, lease, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                extractor.Report(layer, layer.Descriptor.Size, LayerState.Exists);
            }

            parent = name;
        }
    }

    private async Task AddAsync(
        ImageLayer layer,
        string name,
        string? parent,
        LayerExtractor extractor,
        IReadOnlyDictionary<string, string> labels,
        string lease,
        CancellationToken cancellationToken)
    {
        WholeTreeDraft draft = await WholeTreeDraft.BeginAsync(layout, snapshots, parent, lease, cancellationToken).ConfigureAwait(false);
        await using (draft.ConfigureAwait(false))
        {
            using WriteBehind? behind = WriteBehind.Begin(layout.Trees, snapshots.Syncs);
            await draft.FillAsync(layer, extractor, cancellationToken).ConfigureAwait(false);
            behind?.End();
            await draft.CommitAsync(name, labels, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The unpacking of one image into shared layers.</summary>
    private sealed class Run(ILayerSnapshotter snapshots, ImageView image, LayerExtractor extractor, IReadOnlyDictionary<string, string> labels, WriteBehind? behind)
    {
        private readonly LayerDraft?[] _drafts = new LayerDraft?[image.Layers.Count];
        private readonly DraftFiller?[] _fillers = new DraftFiller?[image.Layers.Count];
        private int _published;

        public async Task UnpackAsync(CancellationToken cancellationToken)
        {
            try
            {
                ParallelOptions parallel = new() { MaxDegreeOfParallelism = Math.Min(Environment.ProcessorCount, MostLayersAtOnce), CancellationToken = cancellationToken };
                await Parallel.ForEachAsync(
                    await MissingAsync(cancellationToken).ConfigureAwait(false),
                    parallel,
                    async (index, token) => await ExtractAsync(index, token).ConfigureAwait(false)).ConfigureAwait(false);
                for (int index = 0; index < _drafts.Length; index++)
                {
                    if (_fillers[index] is { IsLoose: true })
                    {
                        await CompleteAsync(index, cancellationToken).ConfigureAwait(false);
                    }
                }

                behind?.End();
                await PublishAsync(image.Layers.Count, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                foreach (DraftFiller filler in _fillers.OfType<DraftFiller>())
                {
                    filler.Dispose();
                }

                foreach (LayerDraft draft in _drafts.OfType<LayerDraft>())
                {
                    await draft.DisposeAsync().ConfigureAwait(false);
                }
            }
        }

        /// <summary>The layers to extract. One that stands in the image twice is extracted once, unless it turns out loose.</summary>
        private async Task<List<int>> MissingAsync(CancellationToken cancellationToken)
        {
            List<int> missing = [];
            HashSet<Digest> seen = [];
            for (int index = 0; index < image.Layers.Count; index++)
            {
                ImageLayer layer = image.Layers[index];
                if (!seen.Add(layer.DiffId)
                    || await snapshots.FindLayerAsync(layer.DiffId, layer.ChainId, cancellationToken).ConfigureAwait(false) is not null)
                {
                    extractor.Report(layer, layer.Descriptor.Size, LayerState.Exists);
                }
                else
                {
                    missing.Add(index);
                }
            }

            return missing;
        }

        private async Task ExtractAsync(int index, CancellationToken cancellationToken) =>
            _fillers[index] = await Tracing.RunAsync(
                "unpack layer",
                () => DraftFiller.ExtractAsync(snapshots, image, index, extractor, snapshots.MakesImages && !extractor.LeavesOut, draft => _drafts[index] = draft, cancellationToken),
                image.Layers[index].DiffId.ToString()).ConfigureAwait(false);

        /// <summary>Completes a loose layer on top of what is below it, which is published for that: it is verified.</summary>
        private async Task CompleteAsync(int index, CancellationToken cancellationToken)
        {
            await RepeatAsync(index, cancellationToken).ConfigureAwait(false);
            await PublishAsync(index, cancellationToken).ConfigureAwait(false);
            await _fillers[index]!.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }

        /// <summary>A loose layer that stands in the image again is completed again, for its other place.</summary>
        private async Task RepeatAsync(int index, CancellationToken cancellationToken)
        {
            for (int later = index + 1; later < image.Layers.Count; later++)
            {
                if (_drafts[later] is null && image.Layers[later].DiffId == image.Layers[index].DiffId)
                {
                    await ExtractAsync(later, cancellationToken).ConfigureAwait(false);
                    return;
                }
            }
        }

        /// <summary>Publishes the layers below this one that are not published yet.</summary>
        private async Task PublishAsync(int end, CancellationToken cancellationToken)
        {
            LayerLink[] links = [.. Enumerable.Range(_published, end - _published)
                .Select(index => new LayerLink(image.Layers[index].DiffId, image.Layers[index].ChainId, _drafts[index]) { Labels = labels })];
            if (links.Length > 0)
            {
                await snapshots.PublishAsync(links, cancellationToken: cancellationToken).ConfigureAwait(false);
                _published = end;
            }
        }
    }
}
