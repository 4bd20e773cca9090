using LayerStore;

namespace Snapshotter.Layers.Commit;

/// <summary>Digests what is written through it, with sha256. The stream below stays the caller's.</summary>
internal sealed class DigestingWriteStream(Stream below) : WriteOnlyStream
{
    private readonly ParallelHash _hash = new(DigestAlgorithm.Sha256);

    /// <summary>How many bytes were written.</summary>
    public long Count => _hash.Length;

    /// <summary>The digest of all that was written.</summary>
    public Digest Current() => _hash.Current();

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _hash.Append(buffer);
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
