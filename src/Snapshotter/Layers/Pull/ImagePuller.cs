using LayerStore;
using LayerStore.Content;
using LayerStore.Images;
using LayerStore.Leases;
using LayerStore.Transports;
using Snapshotter.Layers.Collection;
using Snapshotter.Layers.Unpack;

namespace Snapshotter.Layers.Pull;

/// <summary>Brings an image into the store: layers, then blobs, then the name, each durable before the next.</summary>
/// <remarks>
/// A layer is unpacked while its blob comes, and both become visible once all of it was verified.
/// A pull that fails leaves the store as it was: what it brought and nothing else holds is freed again. One that is
/// cancelled keeps its half-written ingests, so that it can be resumed; they show in <c>content ingests</c>. Crash points: blobs and layers that
/// no name leads to, whole ones only, which the next pull of them uses and the collector removes; an ingest to resume; drafts.
/// </remarks>
internal sealed class ImagePuller(IContentStore content, IImageStore images, LeaseStore leases, LayerUnpacker? unpacker, Func<Collector> collector)
{
    /// <summary>Pulls an image; without an unpacker, its blobs only.</summary>
    /// <exception cref="LayerStoreException">The source's errors, verification and unpacking errors.</exception>
    public async Task<Image> PullAsync(
        TransportReference source, PullOptions options, IProgress<StoreProgress>? progress, CancellationToken cancellationToken)
    {
        using TimeLimit time = new(options.Layers.Limits, cancellationToken);
        try
        {
            return await PullAsync(source, options, progress, time).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (time.IsOver)
        {
            throw time.Error(e);
        }
    }

    private async Task<Image> PullAsync(TransportReference source, PullOptions options, IProgress<StoreProgress>? progress, TimeLimit time)
    {
        CancellationToken cancellationToken = time.Token;
        string? wanted = options.Name is null ? null : ImageName.Normalize(options.Name);
        List<Digest> brought = [];
        List<Digest> unpacked = [];
        try
        {
            await using WorkLease lease = await leases.BeginWorkAsync("pull", cancellationToken).ConfigureAwait(false);
            await using IImageSource opened = ImageTransports.OpenSource(source, options.Layers.Limits);
            CopyWatch copies = new(progress, brought);
            await using IncomingImage incoming = await new ImageCopier(content, lease)
                .BeginPullAsync(opened, options.Platform, mustBeImage: unpacker is not null, copies, cancellationToken).ConfigureAwait(false);
            try
            {
                await UnpackAsync(incoming, options, lease, unpacked, progress, cancellationToken).ConfigureAwait(false);
                await incoming.CommitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException || time.IsOver)
            {
                // Also when it was cancelled at the same moment: what could not be written back must not be resumed. Nor what took too long, once more.
                incoming.Discard();
                throw;
            }

            ResolvedManifest resolved = incoming.Resolved;
            string name = wanted ?? source.SuggestName(resolved.Target);
            return await images.PutAsync(name, resolved.Target, resolved.Manifest.Descriptor, lease, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception) when (brought.Count + unpacked.Count > 0)
        {
            await collector().FreeAfterFailureAsync(brought, unpacked, cancellationToken.IsCancellationRequested).ConfigureAwait(false);
            throw;
        }
    }

    private async Task UnpackAsync(
        IncomingImage incoming, PullOptions options, WorkLease lease, List<Digest> unpacked, IProgress<StoreProgress>? progress, CancellationToken cancellationToken)
    {
        if (unpacker is null)
        {
            return;
        }

        ImageView view = await ImageView.LoadAsync(incoming, incoming.Resolved, cancellationToken).ConfigureAwait(false);
        unpacked.AddRange(view.Layers.Select(layer => layer.ChainId));
        try
        {
            await unpacker
                .UnpackExactlyAsync(incoming, view, options.Layers, lease, StoreProgressAdapter.ForLayers(progress), cancellationToken).ConfigureAwait(false);
        }
        catch (LayerStoreException e) when (e.Kind == ErrorKind.DataLoss && e is not (DigestMismatchException or SizeMismatchException))
        {
            // Bytes that are not the blob's make no sense most often; that they are not is worth more to know.
            await incoming.VerifyBegunAsync(cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Passes the copier's news on, and remembers what came that was not here before.</summary>
    private sealed class CopyWatch(IProgress<StoreProgress>? progress, List<Digest> brought) : IProgress<CopyProgress>
    {
        public void Report(CopyProgress value)
        {
            if (value.State == CopyState.Done)
            {
                lock (brought)
                {
                    brought.Add(value.Descriptor.Digest);
                }
            }

            progress?.Report(StoreProgressAdapter.Of(value));
        }
    }
}
