using LayerStore.Content;
using LayerStore.Oci;
using LayerStore.Transports;

namespace LayerStore.Images;

/// <summary>
/// An image on its way into a store. Its blobs become visible together, with one wait for the disk; until then they can be read here, and
/// who reads one has it stored in the same pass.
/// </summary>
/// <remarks>
/// <para>What <see cref="OpenAsync"/> reads is verified as <see cref="IBlobProvider"/> says: whatever is made of a blob meanwhile is a draft until its last byte
/// was read.</para>
/// <para><b>Locks.</b> All ingests are begun before the first byte comes, in the order of their digests, so that two pulls never wait for each other.
/// Who wants a blob that another one brings waits until that one is done with its image.</para>
/// <para><b>Crash points.</b> Before <see cref="CommitAsync"/>: ingests, to be resumed. In it: see <see cref="IContentStore.CommitAllAsync"/>.
/// Disposing it without a commit leaves them too; <see cref="Discard"/> does not.</para>
/// <example><code>
/// await using IncomingImage incoming = await new ImageCopier(content, lease).BeginPullAsync(source);
/// await using Stream layer = await incoming.OpenAsync(incoming.Resolved.Manifest.Layers[0]);
/// // … read it to its end …
/// await incoming.CommitAsync();
/// </code></example>
/// </remarks>
public sealed class IncomingImage : IBlobProvider, IAsyncDisposable
{
    /// <summary>Each has two open files.</summary>
    private const int MostAtOnce = 128;

    private readonly IContentStore _content;
    private readonly ContentBlobProvider _stored;
    private readonly IProgress<CopyProgress>? _progress;
    private readonly Dictionary<Digest, IncomingBlob> _blobs = [];

    private IncomingImage(IContentStore content, ResolvedManifest resolved, DocumentLimits documents, IProgress<CopyProgress>? progress)
    {
        _content = content;
        _stored = new ContentBlobProvider(content);
        _progress = progress;
        Resolved = resolved;
        Documents = documents;
    }

    /// <summary>What comes; its target and manifest are what an <see cref="IImageStore"/> keeps under a name.</summary>
    public ResolvedManifest Resolved { get; }

    /// <inheritdoc/>
    public DocumentLimits Documents { get; }

    /// <summary>Begins the ingests of what is not here.</summary>
    internal static async Task<IncomingImage> BeginAsync(
        IContentStore content, IImageSource source, ResolvedManifest resolved, IProgress<CopyProgress>? progress, CancellationToken cancellationToken)
    {
        IncomingImage image = new(content, resolved, source.Documents, progress);
        try
        {
            List<BlobSource> missing = [];
            foreach (BlobSource blob in SourcesOf(source, resolved))
            {
                if (!await image.IsThereAsync(blob.Descriptor, cancellationToken).ConfigureAwait(false))
                {
                    missing.Add(blob);
                }
            }

            // So many need no haste: those that name no others go first, some at a time.
            List<BlobSource> early = missing.Count <= MostAtOnce ? [] : missing.FindAll(blob => !blob.IsDocument);
            foreach (BlobSource[] some in early.Chunk(MostAtOnce))
            {
                await image.BeginAsync(some, cancellationToken).ConfigureAwait(false);
                await image.CommitAsync(cancellationToken).ConfigureAwait(false);
            }

            await image.BeginAsync(missing.Except(early), cancellationToken).ConfigureAwait(false);
            return image;
        }
        catch
        {
            await image.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<Stream> OpenAsync(Descriptor descriptor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        return !_blobs.TryGetValue(descriptor.Digest, out IncomingBlob? blob) ? _stored.OpenAsync(descriptor, cancellationToken)
            : blob.Descriptor.Size == descriptor.Size ? blob.OpenAsync(cancellationToken)
            : throw new SizeMismatchException($"blob {descriptor.Digest}", descriptor.Size, blob.Descriptor.Size);
    }

    /// <summary>Copies what nobody has read, and makes all blobs visible: a document after what it names. Nothing the second time.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: a blob is missing or damaged; <see cref="ErrorKind.ResourceExhausted"/>: no
    /// space. All of it is discarded then.</exception>
    public async Task CommitAsync(CancellationToken cancellationToken = default)
    {
        if (_blobs.Count == 0)
        {
            return;
        }

        try
        {
            ParallelOptions options = new() { MaxDegreeOfParallelism = ImageCopier.Parallelism, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(_blobs.Values, options, async (blob, token) => await blob.CompleteAsync(token).ConfigureAwait(false)).ConfigureAwait(false);
            await _content.CommitAllAsync([.. _blobs.Values.OrderBy(blob => blob.IsDocument).Select(blob => new FinishedIngest(blob.Writer))], cancellationToken)
                .ConfigureAwait(false);
        }
        catch (LayerStoreException exception) when (exception.Kind is ErrorKind.DataLoss or ErrorKind.ResourceExhausted)
        {
            // Of an image that can never be whole, the other half-copied blobs are not worth resuming; on a full disk they
            // would hold the space that is missing.
            Discard();
            throw;
        }

        await DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// Reads the blobs that were read in part to their ends. Who could make no sense of one learns by this whether it is the one that was named.
    /// </summary>
    /// <exception cref="LayerStoreException"><see cref="DigestMismatchException"/> or <see cref="SizeMismatchException"/>: it is not.</exception>
    public async Task VerifyBegunAsync(CancellationToken cancellationToken = default)
    {
        foreach (IncomingBlob blob in _blobs.Values.Where(blob => blob.Writer.Offset > 0))
        {
            await blob.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Drops all that is not committed.</summary>
    public void Discard()
    {
        foreach (IncomingBlob blob in _blobs.Values)
        {
            blob.Writer.Discard();
            blob.Dispose();
        }

        _blobs.Clear();
    }

    /// <summary>Frees the ingests. Those that are not committed stay, to be resumed.</summary>
    public ValueTask DisposeAsync()
    {
        foreach (IncomingBlob blob in _blobs.Values)
        {
            // Nothing is there to be resumed.
            if (blob.Writer.Offset == 0)
            {
                blob.Writer.Discard();
            }

            blob.Dispose();
        }

        _blobs.Clear();
        return ValueTask.CompletedTask;
    }

    /// <summary>All blobs of an image, each once, by digest.</summary>
    private static List<BlobSource> SourcesOf(IImageSource source, ResolvedManifest resolved)
    {
        IEnumerable<BlobSource> documents = resolved.Indexes.Append<OciDocument>(resolved.Manifest).Select(document => new BlobSource(
            document.Descriptor, _ => Task.FromResult<Stream>(new MemoryStream(document.Bytes.ToArray(), writable: false)), IsDocument: true));
        IEnumerable<BlobSource> others = resolved.Manifest.Layers.Prepend(resolved.Manifest.Config).Select(descriptor => new BlobSource(
            descriptor, token => source.OpenUnverifiedAsync(descriptor, token), IsDocument: false));
        List<BlobSource> blobs = [];
        foreach (IGrouping<Digest, BlobSource> same in documents.Concat(others).GroupBy(blob => blob.Descriptor.Digest).OrderBy(same => same.Key))
        {
            BlobSource first = same.First();
            if (same.FirstOrDefault(blob => blob.Descriptor.Size != first.Descriptor.Size) is { } other)
            {
                throw new SizeMismatchException($"blob {same.Key}", other.Descriptor.Size, first.Descriptor.Size);
            }

            blobs.Add(first);
        }

        return blobs;
    }

    private async Task<bool> IsThereAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        if (await _content.StatAsync(blob.Digest, cancellationToken).ConfigureAwait(false) is not { } info)
        {
            return false;
        }

        if (info.Size != blob.Size)
        {
            throw new SizeMismatchException($"blob {blob.Digest}", blob.Size, info.Size);
        }

        _progress?.Report(new CopyProgress(blob, blob.Size, CopyState.Exists));
        return true;
    }

    private async Task BeginAsync(IEnumerable<BlobSource> blobs, CancellationToken cancellationToken)
    {
        foreach (BlobSource blob in blobs)
        {
            try
            {
                IngestWriter writer = await _content
                    .BeginIngestAsync($"blob-{blob.Descriptor.Digest}", blob.Descriptor, wait: true, cancellationToken).ConfigureAwait(false);
                _blobs.Add(blob.Descriptor.Digest, new IncomingBlob(blob, writer, _progress));
            }
            catch (LayerStoreException e) when (e.Kind == ErrorKind.AlreadyExists)
            {
                // Another one has brought it since.
                _progress?.Report(new CopyProgress(blob.Descriptor, blob.Descriptor.Size, CopyState.Exists));
            }
        }
    }
}
