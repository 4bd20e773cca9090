using LayerStore;
using LayerStore.Compression;
using LayerStore.Images;

namespace Snapshotter.Layers.Unpack;

/// <summary>A layer's blob on its way to files: read and verified, decompressed, digested, all ahead of the reader.</summary>
/// <remarks>
/// Of a large one that is done by two threads: one reads and verifies the blob (and stores it, if it is new here), the other unpacks and takes the diffID. So with
/// the one that makes the files no stage has much more to do than the others. Memory: 5 MiB of buffers.
/// </remarks>
internal sealed class LayerStream : ReadOnlyStream
{
    // A smaller blob is read before a thread for it would have begun.
    private const long ReadAheadFrom = 1 << 20;
    private const int BlobBufferSize = 256 << 10;

    private readonly ImageLayer _layer;
    private readonly DigestingStream _digesting;
    private readonly ReadAheadStream _ahead;

    private LayerStream(ImageLayer layer, DigestingStream digesting)
    {
        _layer = layer;
        _digesting = digesting;
        _ahead = new ReadAheadStream(digesting);
    }

    /// <summary>Opens a layer.</summary>
    public static async Task<LayerStream> OpenAsync(
        IBlobProvider blobs, ImageLayer layer, DecompressionLimits limits, LargeWindow largeWindow, Action<long> report, CancellationToken cancellationToken)
    {
        Stream stored = await blobs.OpenAsync(layer.Descriptor, cancellationToken).ConfigureAwait(false);
        Stream blob = new ProgressStream(stored, report, cancellationToken);
        if (layer.Descriptor.Size >= ReadAheadFrom)
        {
            blob = new ReadAheadStream(blob, BlobBufferSize);
        }

        // It disposes the blob if it fails.
        Stream unpacked = Decompressor.Open(blob, limits, largeWindow);
        return new LayerStream(layer, new DigestingStream(unpacked, layer.DiffId.Algorithm));
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer) => _ahead.Read(buffer);

    /// <summary>
    /// Reads on to the end: bytes after the tar's end count in the digests too, and the blob's own digest is verified with
    /// its last byte.
    /// </summary>
    /// <exception cref="DigestMismatchException">The tar is not the one that the config names.</exception>
    public void VerifyToEnd()
    {
        byte[] rest = new byte[64 << 10];
        while (_ahead.Read(rest) > 0)
        {
        }

        Digest actual = _digesting.Finish();
        if (actual != _layer.DiffId)
        {
            throw new DigestMismatchException("layer (diffID)", _layer.DiffId, actual);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _ahead.Dispose();
        }

        base.Dispose(disposing);
    }
}
