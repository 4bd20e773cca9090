using System.Security.Cryptography;

namespace LayerStore;

/// <summary>Reads another stream forward and takes the digest of what passes.</summary>
public sealed class DigestingStream : ReadOnlyStream
{
    private readonly Stream _inner;
    private readonly DigestAlgorithm _algorithm;
    private readonly bool _leaveOpen;
    private readonly IncrementalHash _hash;

    /// <summary>Wraps a stream.</summary>
    /// <param name="inner">The bytes; disposed with this.</param>
    /// <param name="algorithm">The digest's algorithm.</param>
    /// <param name="leaveOpen">The bytes stay the caller's.</param>
    public DigestingStream(Stream inner, DigestAlgorithm algorithm, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(inner);
        _inner = inner;
        _algorithm = algorithm;
        _leaveOpen = leaveOpen;
        _hash = algorithm.CreateHash();
    }

    /// <summary>How many bytes were read.</summary>
    public long Count { get; private set; }

    /// <summary>The digest of all that was read. Once only.</summary>
    public Digest Finish() => Digest.Finish(_algorithm, _hash);

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        int read = _inner.Read(buffer);
        _hash.AppendData(buffer[..read]);
        Count += read;
        return read;
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await _inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        _hash.AppendData(buffer.Span[..read]);
        Count += read;
        return read;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
            if (!_leaveOpen)
            {
                _inner.Dispose();
            }
        }

        base.Dispose(disposing);
    }
}
