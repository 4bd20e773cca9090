using System.Security.Cryptography;
using LayerStore;

namespace Snapshotter.Layers.Commit;

/// <summary>Digests what is written through it, with sha256. The stream below stays the caller's.</summary>
internal sealed class DigestingWriteStream(Stream below) : WriteOnlyStream
{
    private readonly IncrementalHash _hash = DigestAlgorithm.Sha256.CreateHash();

    /// <summary>How many bytes were written.</summary>
    public long Count { get; private set; }

    /// <summary>The digest of all that was written. Once only.</summary>
    public Digest Finish() => Digest.Finish(DigestAlgorithm.Sha256, _hash);

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _hash.AppendData(buffer);
        Count += buffer.Length;
        below.Write(buffer);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }
}
