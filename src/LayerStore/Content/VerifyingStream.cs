using System.Security.Cryptography;

namespace LayerStore.Content;

/// <summary>
/// Reads bytes forward and checks them against the digest and size that name them. The read that would return the last
/// byte throws instead if anything is wrong, so a consumer that has all bytes has the right ones, also when it never asks
/// for the end.
/// </summary>
/// <remarks>
/// A consumer that stops earlier has unverified bytes; <see cref="Drain"/> reads the rest to verify them. More bytes than
/// <see cref="Size"/> are never returned.
/// </remarks>
public sealed class VerifyingStream : ReadOnlyStream
{
    private const int DrainBufferSize = 128 * 1024;

    private readonly Stream _inner;
    private readonly Digest _expected;
    private readonly string _what;
    private readonly Action<LayerStoreException>? _onMismatch;
    private readonly IncrementalHash _hash;
    private long _position;
    private bool _isPart;
    private bool _ended;
    private LayerStoreException? _failure;

    /// <summary>Wraps a stream, which is disposed with this one.</summary>
    /// <param name="inner">Where the bytes come from; it ends after <paramref name="size"/> bytes.</param>
    /// <param name="expected">The digest they must have.</param>
    /// <param name="size">The length they must have, in bytes.</param>
    /// <param name="what">What they are, to go before the digest in an error: <c>blob</c>.</param>
    public VerifyingStream(Stream inner, Digest expected, long size, string what)
        : this(inner, expected, size, what, null)
    {
    }

    /// <summary>As the public one; also calls <paramref name="onMismatch"/> before the first error is thrown.</summary>
    internal VerifyingStream(Stream inner, Digest expected, long size, string what, Action<LayerStoreException>? onMismatch)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(expected);
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        _inner = inner;
        _expected = expected;
        Size = size;
        _what = what;
        _onMismatch = onMismatch;
        _hash = expected.Algorithm.CreateHash();
    }

    /// <summary>The length in bytes that was promised.</summary>
    public long Size { get; }

    /// <summary>Whether all bytes were read and are the right ones.</summary>
    public bool IsVerified => _ended && !_isPart;

    /// <inheritdoc/>
    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <summary>Goes on at another place. What is read from then on is a part of the whole, and its digest is not verified.</summary>
    /// <param name="offset">Where, in bytes from the beginning; at most <see cref="Size"/>. The inner stream must be able to seek.</param>
    internal void SkipTo(long offset)
    {
        _inner.Position = offset;
        _position = offset;
        _isPart = true;
        _ended = offset == Size;
    }

    /// <inheritdoc/>
    /// <exception cref="DigestMismatchException">These are not the bytes that were named.</exception>
    /// <exception cref="SizeMismatchException">They are more or fewer than were promised.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (!NeedsRead(buffer.Length))
        {
            return 0;
        }

        buffer = buffer[..(int)Math.Min(buffer.Length, Size - _position)];
        int length = buffer.IsEmpty ? 0 : _inner.Read(buffer);
        if (Take(buffer[..length], buffer.Length))
        {
            Finish(_inner.ReadByte() >= 0);
        }

        return length;
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!NeedsRead(buffer.Length))
        {
            return 0;
        }

        buffer = buffer[..(int)Math.Min(buffer.Length, Size - _position)];
        int length = buffer.IsEmpty ? 0 : await _inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (Take(buffer.Span[..length], buffer.Length))
        {
            Finish(await _inner.ReadAsync(new byte[1], cancellationToken).ConfigureAwait(false) > 0);
        }

        return length;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Reads what is left, to verify the whole. Idempotent.</summary>
    /// <exception cref="DigestMismatchException">These are not the bytes that were named.</exception>
    /// <exception cref="SizeMismatchException">They are more or fewer than were promised.</exception>
    public void Drain(CancellationToken cancellationToken = default)
    {
        byte[] buffer = new byte[(int)Math.Clamp(Size - _position, 1, DrainBufferSize)];
        while (Read(buffer) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }

    private bool NeedsRead(int wanted)
    {
        if (_failure is not null)
        {
            throw _failure;
        }

        return wanted > 0 && !_ended;
    }

    // Whether the promised size is reached.
    private bool Take(ReadOnlySpan<byte> data, int wanted)
    {
        if (data.IsEmpty && wanted > 0)
        {
            throw Fail(new SizeMismatchException($"{_what} {_expected}", Size, _position));
        }

        if (!_isPart)
        {
            _hash.AppendData(data);
        }

        _position += data.Length;
        return _position == Size;
    }

    private void Finish(bool hasMore)
    {
        if (hasMore)
        {
            throw Fail(new SizeMismatchException($"{_what} {_expected}", Size, Size + 1));
        }

        if (!_isPart && Digest.Finish(_expected.Algorithm, _hash) is var actual && actual != _expected)
        {
            throw Fail(new DigestMismatchException(_what, _expected, actual));
        }

        _ended = true;
    }

    private LayerStoreException Fail(LayerStoreException failure)
    {
        _failure = failure;
        _onMismatch?.Invoke(failure);
        return failure;
    }
}
