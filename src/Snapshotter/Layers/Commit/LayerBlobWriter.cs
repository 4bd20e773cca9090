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

    /// <summary>Begins the ingest of a snapshot's commit. It has one name, so that what a killed commit left is written over by the next.</summary>
    public static async Task<LayerBlobWriter> BeginAsync(
        IContentStore content, string key, CompressionKind compression, CancellationToken cancellationToken)
    {
        IngestWriter ingest = await content
            .BeginIngestAsync($"commit {key}", cancellationToken: cancellationToken).ConfigureAwait(false);
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

    /// <summary>Publishes the blob, after the sink was finished.</summary>
    public async Task<LayerBlob> CommitAsync(WorkLease lease, CancellationToken cancellationToken)
    {
        _compressor!.Dispose();
        await lease.KeepAsync([LeaseResource.Blob(_ingest.Current())], cancellationToken).ConfigureAwait(false);

        // A blob that is not compressed is hashed once: it is the tar.
        Digest? diffId = _tar?.Current();
        BlobInfo blob = await _ingest.CommitAsync(
            labels: diffId is null ? null : new Dictionary<string, string> { [UncompressedLabel] = diffId.ToString() },
            cancellationToken: cancellationToken).ConfigureAwait(false);
        return new LayerBlob(new Descriptor(MediaTypeOf(_compression), blob.Digest, blob.Size), diffId ?? blob.Digest, _tar?.Count ?? blob.Size);
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
