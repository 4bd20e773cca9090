using LayerStore.Content;
using LayerStore.Leases;
using LayerStore.Oci;
using LayerStore.Transports;

namespace LayerStore.Images;

/// <summary>Copies images into and out of a content store. Names are the caller's to give, once all else is done.</summary>
/// <param name="content">The store; it stays the caller's.</param>
/// <param name="lease">What keeps the blobs of a pull from the collector until they are named; null if nobody collects meanwhile.</param>
public sealed class ImageCopier(IContentStore content, WorkLease? lease = null)
{
    /// <summary>Blobs copied at a time: one is hashed while another is read.</summary>
    internal const int Parallelism = 2;

    /// <summary>
    /// Copies an image into the store: its index if it has one, and the manifest, config and layers of one platform. What
    /// is here already is not copied. A blob is visible only once its digest and size were verified, and a document
    /// comes after what it names.
    /// </summary>
    /// <param name="source">The image; artifacts too.</param>
    /// <param name="platform">The platform; see <see cref="ManifestResolver.ResolveAsync"/>.</param>
    /// <param name="mustBeImage">Whether to refuse, before anything is copied, what could not be unpacked.</param>
    /// <param name="progress">Told of each blob.</param>
    /// <param name="cancellationToken">Cancels; what was copied half can be resumed.</param>
    /// <returns>What was copied; its target and manifest are what an <see cref="IImageStore"/> keeps under a name.</returns>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.NotFound"/>: no such image or platform;
    /// <see cref="ErrorKind.DataLoss"/>: a blob is missing, damaged or malformed.</exception>
    public async Task<ResolvedManifest> PullAsync(
        IImageSource source,
        Platform? platform = null,
        bool mustBeImage = false,
        IProgress<CopyProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        IncomingImage incoming = await BeginPullAsync(source, platform, mustBeImage, progress, cancellationToken).ConfigureAwait(false);
        await using (incoming.ConfigureAwait(false))
        {
            await incoming.CommitAsync(cancellationToken).ConfigureAwait(false);
            return incoming.Resolved;
        }
    }

    /// <summary>As <see cref="PullAsync"/>, but the blobs come when they are read, or with <see cref="IncomingImage.CommitAsync"/>.</summary>
    /// <inheritdoc cref="PullAsync"/>
    public async Task<IncomingImage> BeginPullAsync(
        IImageSource source,
        Platform? platform = null,
        bool mustBeImage = false,
        IProgress<CopyProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        Descriptor target = await source.ResolveAsync(cancellationToken).ConfigureAwait(false);
        ResolvedManifest resolved = await ManifestResolver.ResolveAsync(source, target, platform, cancellationToken).ConfigureAwait(false);
        if (mustBeImage)
        {
            await ImageView.LoadAsync(source, resolved, cancellationToken).ConfigureAwait(false);
        }

        if (lease is not null)
        {
            IEnumerable<Digest> all = [.. resolved.Indexes.Select(index => index.Digest), resolved.Manifest.Digest, resolved.Manifest.Config.Digest,
                .. resolved.Manifest.Layers.Select(layer => layer.Digest)];
            await lease.KeepAsync([.. all.Distinct().Select(LeaseResource.Blob)], cancellationToken).ConfigureAwait(false);
        }

        return await IncomingImage.BeginAsync(content, source, resolved, progress, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Copies an image out of the store, every byte as it is: the index if all that it names is here and the sink takes
    /// one, else the manifest of the platform that is.
    /// </summary>
    /// <param name="image">The image.</param>
    /// <param name="sink">Where to; finished here.</param>
    /// <param name="progress">Told of each blob.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>What was written: the image's target or its manifest.</returns>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: a blob is missing or damaged in the store.</exception>
    public async Task<Descriptor> PushAsync(
        Image image, IImageSink sink, IProgress<CopyProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(sink);
        ImageTree tree = new(content);
        Descriptor target = image.Manifest;
        if (sink.TakesIndexes && image.Target.Digest != image.Manifest.Digest && await tree.IsCompleteAsync(image.Target, cancellationToken).ConfigureAwait(false))
        {
            target = image.Target;
        }

        (IReadOnlyList<Descriptor> documents, IReadOnlyList<Descriptor> layers) = await tree.ListAsync(target, cancellationToken).ConfigureAwait(false);
        foreach (Descriptor document in documents)
        {
            await WriteAsync(document, sink, progress, cancellationToken).ConfigureAwait(false);
        }

        ParallelOptions options = new() { MaxDegreeOfParallelism = sink.TakesParallelWrites ? Parallelism : 1, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(
            layers, options, async (layer, token) => await WriteAsync(layer, sink, progress, token).ConfigureAwait(false)).ConfigureAwait(false);
        await sink.FinishAsync(target, cancellationToken).ConfigureAwait(false);
        return target;
    }

    private static Action<long> Report(IProgress<CopyProgress>? progress, Descriptor blob) =>
        done => progress?.Report(new CopyProgress(blob, done, CopyState.Copying));

    private async Task WriteAsync(Descriptor blob, IImageSink sink, IProgress<CopyProgress>? progress, CancellationToken cancellationToken)
    {
        if (await sink.ContainsAsync(blob, cancellationToken).ConfigureAwait(false))
        {
            progress?.Report(new CopyProgress(blob, blob.Size, CopyState.Exists));
            return;
        }

        await using Stream stored = await new ContentBlobProvider(content).OpenAsync(blob, cancellationToken).ConfigureAwait(false);
        await using ProgressStream counted = new(stored, Report(progress, blob));
        await sink.WriteAsync(blob, counted, cancellationToken).ConfigureAwait(false);
        progress?.Report(new CopyProgress(blob, blob.Size, CopyState.Done));
    }
}
