using LayerStore;
using LayerStore.Compression;
using LayerStore.Images;

namespace Snapshotter.Layers.Unpack;

/// <summary>A layer's blob on its way to files: read and verified, decompressed, digested, all ahead of the reader.</summary>
internal sealed class LayerStream : ReadOnlyStream
{
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
        IBlobProvider blobs, ImageLayer layer, DecompressionLimits limits, Action<long> report, CancellationToken cancellationToken)
    {
        Stream blob = await blobs.OpenAsync(layer.Descriptor, cancellationToken).ConfigureAwait(false);
        try
        {
            Stream unpacked = Decompressor.Open(new ProgressStream(blob, report, cancellationToken), limits);
            return new LayerStream(layer, new DigestingStream(unpacked, layer.DiffId.Algorithm));
        }
        catch
        {
            await blob.DisposeAsync().ConfigureAwait(false);
            throw;
        }
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
