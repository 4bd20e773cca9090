using LayerStore.Content;
using LayerStore.Oci;

namespace LayerStore.Images;

/// <summary>A blob of an <see cref="IncomingImage"/>: not read yet, being read by one, or all here and verified.</summary>
/// <param name="source">Where it comes from.</param>
/// <param name="writer">Its ingest; disposed with this.</param>
/// <param name="progress">Told how far it is.</param>
internal sealed class IncomingBlob(BlobSource source, IngestWriter writer, IProgress<CopyProgress>? progress) : IDisposable
{
    /// <summary>One reads it from its source at a time; others wait and then read what is here.</summary>
    private readonly SemaphoreSlim _gate = new(1, 1);
    private bool _isComplete;

    /// <summary>The blob.</summary>
    public Descriptor Descriptor => source.Descriptor;

    /// <summary>Whether it names other blobs.</summary>
    public bool IsDocument => source.IsDocument;

    /// <summary>Its ingest.</summary>
    public IngestWriter Writer => writer;

    /// <summary>Opens it to be read, and stored on the way unless it is here. The read that would return the last byte of a wrong blob throws.</summary>
    public async Task<Stream> OpenAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        bool isHandedOn = false;
        try
        {
            if (!_isComplete && writer.Offset == 0)
            {
                Stream bytes = await source.OpenAsync(cancellationToken).ConfigureAwait(false);
                isHandedOn = true;
                return new StoringStream(bytes, Descriptor, writer, Tell, Completed, () => _gate.Release());
            }

            await FillAsync(cancellationToken).ConfigureAwait(false);
            return writer.OpenWritten();
        }
        finally
        {
            if (!isHandedOn)
            {
                _gate.Release();
            }
        }
    }

    /// <summary>Copies what is missing of it, and verifies it.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await FillAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        writer.Dispose();
        _gate.Dispose();
    }

    private async Task FillAsync(CancellationToken cancellationToken)
    {
        if (!_isComplete)
        {
            await using ProgressStream bytes = new(await source.OpenAsync(cancellationToken).ConfigureAwait(false), Tell);
            await ContentStoreExtensions.FillAsync(writer, bytes, Verify, cancellationToken).ConfigureAwait(false);
        }
    }

    private Task<bool> Verify()
    {
        writer.Require(Descriptor.Digest, Descriptor.Size);
        Completed();
        return Task.FromResult(true);
    }

    private void Tell(long done) => progress?.Report(new CopyProgress(Descriptor, done, CopyState.Copying));

    private void Completed()
    {
        _isComplete = true;
        progress?.Report(new CopyProgress(Descriptor, Descriptor.Size, CopyState.Done));
    }
}
