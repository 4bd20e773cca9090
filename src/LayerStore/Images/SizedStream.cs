using System.Security.Cryptography;
using LayerStore.Oci;

namespace LayerStore.Images;

/// <summary>
/// A blob on its way from somewhere untrusted: it has exactly the size of its descriptor, and the digest too unless
/// somebody else computes that; the read that would end it throws otherwise. Never asks for more than one byte too many.
/// </summary>
internal sealed class SizedStream : Stream
{
    private readonly Stream _inner;
    private readonly Descriptor _descriptor;
    private readonly IncrementalHash? _hash;
    private readonly Action<long>? _onRead;
    private long _position;
    private bool _ended;

    /// <param name="inner">The bytes; disposed with this.</param>
    /// <param name="descriptor">What they must be.</param>
    /// <param name="checkDigest">False where the consumer takes the digest itself, so that no byte is hashed twice.</param>
    /// <param name="onRead">Told how many bytes were read so far.</param>
    public SizedStream(Stream inner, Descriptor descriptor, bool checkDigest = true, Action<long>? onRead = null)
    {
        _inner = inner;
        _descriptor = descriptor;
        _hash = checkDigest ? descriptor.Digest.Algorithm.CreateHash() : null;
        _onRead = onRead;
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer) =>
        buffer.IsEmpty || _ended ? 0 : Accept(buffer, _inner.Read(Limit(buffer)));

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || _ended)
        {
            return 0;
        }

        int count = Limit(buffer.Span).Length;
        int read = await _inner.ReadAsync(buffer[..count], cancellationToken).ConfigureAwait(false);
        return Accept(buffer.Span, read);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash?.Dispose();
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private Span<byte> Limit(Span<byte> buffer)
    {
        long left = _descriptor.Size - _position;
        return left < buffer.Length ? buffer[..(int)Math.Max(left, 1)] : buffer;
    }

    private int Accept(Span<byte> buffer, int read)
    {
        _position += read;
        if (_position > _descriptor.Size || (read == 0 && _position < _descriptor.Size))
        {
            throw new SizeMismatchException($"blob {_descriptor.Digest}", _descriptor.Size, _position);
        }

        _hash?.AppendData(buffer[..read]);
        if (read == 0)
        {
            _ended = true;
            if (_hash is not null && Digest.Finish(_descriptor.Digest.Algorithm, _hash) is var actual && actual != _descriptor.Digest)
            {
                throw new DigestMismatchException("blob", _descriptor.Digest, actual);
            }
        }

        _onRead?.Invoke(_position);
        return read;
    }
}
