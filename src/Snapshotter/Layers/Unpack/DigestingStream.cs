using System.Security.Cryptography;
using LayerStore;

namespace Snapshotter.Layers.Unpack;

/// <summary>Digests what is read through it. Forward-only.</summary>
internal sealed class DigestingStream(Stream inner, DigestAlgorithm algorithm) : ReadOnlyStream
{
    private readonly IncrementalHash _hash = algorithm.CreateHash();

    /// <summary>The digest of all that was read. Once only.</summary>
    public Digest Finish() => Digest.Finish(algorithm, _hash);

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        int read = inner.Read(buffer);
        _hash.AppendData(buffer[..read]);
        return read;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
