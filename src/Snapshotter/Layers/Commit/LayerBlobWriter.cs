using LayerStore;
using LayerStore.Compression;
using LayerStore.Content;
using LayerStore.Leases;
using LayerStore.Oci;
using Snapshotter.Layers.Diff;

namespace Snapshotter.Layers.Commit;

/// <summary>Writes a layer as a blob in one pass: tar → {diffID, compressor → {digest, file}}. The hashes and the compressor work side by side.</summary>
internal sealed class LayerBlobWriter : IAsyncDisposable
{
    // containerd's label for the same thing: whoever has the blob need not unpack it to know.
    private const string UncompressedLabel = "containerd.io/uncompressed";

    private readonly IngestWriter _ingest;
    private readonly CompressionKind _compression;
    private readonly Dictionary<ByteString, ByteString> _hashes = [];
    private IngestStream? _output;
    private Stream? _compressor;
    private DigestingWriteStream? _tar;

    private LayerBlobWriter(IngestWriter ingest, CompressionKind compression)
    {
        _ingest = ingest;
        _compression = compression;
    }

    /// <summary>Begins the blob's ingest; what is left of an earlier one of that name is written over.</summary>
    /// <param name="content">Gets the blob.</param>
    /// <param name="reference">The ingest's name.</param>
    /// <param name="compression">How to pack the layer.</param>
    /// <param name="wait">Whether to wait for another writer of that name, or to fail at once.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<LayerBlobWriter> BeginAsync(
        IContentStore content, string reference, CompressionKind compression, bool wait, CancellationToken cancellationToken)
    {
        IngestWriter ingest = await content.BeginIngestAsync(reference, wait: wait, cancellationToken: cancellationToken).ConfigureAwait(false);
        return new LayerBlobWriter(ingest, compression);
    }

    /// <summary>A sink for the layer, from its first entry; what was written before is forgotten.</summary>
    public ILayerSink Restart()
    {
        Reset();
        _ingest.Restart();
        _output = new IngestStream(_ingest);
        _compressor = Compressor.Create(_compression, _output);
        _tar = _compression == CompressionKind.None ? null : new DigestingWriteStream(_compressor);
        _hashes.Clear();
        return new TarLayerSink(_tar ?? _compressor) { Hashes = _hashes };
    }

    /// <summary>The sha256 of a file that was written into the layer; null for an empty one and for what is no file.</summary>
    public ByteString? HashOf(ByteString path) => _hashes.TryGetValue(path, out ByteString hash) ? hash : null;

    /// <summary>Ends the layer, after the sink was finished.</summary>
    /// <param name="labels">Further labels for the blob.</param>
    public LayerBlob Finish(IReadOnlyDictionary<string, string>? labels = null)
    {
        _compressor!.Dispose();
        _output!.Complete();
        Descriptor blob = new(MediaTypeOf(_compression), _ingest.Current(), _ingest.Offset);

        // A blob that is not compressed is hashed once: it is the tar.
        Digest? diffId = _tar?.Current();
        Dictionary<string, string> all = new(labels ?? Labels.None, StringComparer.Ordinal);
        if (diffId is not null)
        {
            all[UncompressedLabel] = diffId.ToString();
        }

        return new LayerBlob(new FinishedIngest(_ingest, all), blob, diffId ?? blob.Digest, _tar?.Count ?? blob.Size);
    }

    /// <summary>Ends the layer and publishes the blob.</summary>
    /// <param name="lease">Keeps it.</param>
    /// <param name="cancellationToken">Cancels before.</param>
    /// <param name="labels">Further labels for it.</param>
    public async Task<LayerBlob> CommitAsync(
        WorkLease lease, CancellationToken cancellationToken, IReadOnlyDictionary<string, string>? labels = null)
    {
        LayerBlob layer = Finish(labels);
        await lease.KeepAsync([LeaseResource.Blob(layer.Descriptor.Digest)], cancellationToken).ConfigureAwait(false);
        await _ingest.CommitAsync(labels: layer.Ingest.Labels, cancellationToken: cancellationToken).ConfigureAwait(false);
        return layer;
    }

    /// <summary>Drops the ingest, if it was not committed.</summary>
    public ValueTask DisposeAsync()
    {
        Reset();
        _ingest.Discard();
        return _ingest.DisposeAsync();
    }

    private void Reset()
    {
        if (_output is not null)
        {
            _output.IsClosed = true;
        }

        _tar?.Dispose();
        _compressor?.Dispose();
        (_output, _tar, _compressor) = (null, null, null);
    }

    private static string MediaTypeOf(CompressionKind compression) => compression switch
    {
        CompressionKind.None => MediaTypes.OciLayer,
        CompressionKind.Gzip => MediaTypes.OciLayerGzip,
        CompressionKind.Zstd => MediaTypes.OciLayerZstd,
        _ => throw new LayerStoreException(ErrorKind.Unimplemented, $"layers are not written with {compression}", "Use gzip, zstd or none."),
    };
}
