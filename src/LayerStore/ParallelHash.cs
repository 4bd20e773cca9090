using System.Buffers;
using System.Security.Cryptography;

namespace LayerStore;

/// <summary>
/// A hash of bytes that come piece by piece. Large amounts are hashed on another core while the next are made; little is hashed
/// on the spot. Memory: two buffers of 256 KiB at most.
/// </summary>
/// <remarks>
/// For one thread at a time. To hash is the slowest thing that is done with a byte but to compress it, and a layer has three hashes.
/// <example><code>
/// using ParallelHash hash = new(DigestAlgorithm.Sha256);
/// hash.Append("abc"u8);
/// Digest digest = hash.Current();
/// </code></example>
/// </remarks>
public sealed class ParallelHash : IDisposable
{
    // As much as a thread hashes in the time that it takes another one to wake up, and some.
    private const int HashedOnTheSpot = 64 << 10;
    private const int BufferSize = 256 << 10;

    private readonly DigestAlgorithm _algorithm;
    private readonly IncrementalHash _hash;
    private byte[]? _filling;
    private byte[]? _spare;
    private int _filled;
    private Piece? _underWay;

    /// <summary>Makes a hash of nothing yet.</summary>
    public ParallelHash(DigestAlgorithm algorithm)
    {
        _algorithm = algorithm;
        _hash = algorithm.CreateHash();
    }

    /// <summary>How many bytes were appended.</summary>
    public long Length { get; private set; }

    /// <summary>Appends bytes. They are the caller's again when this returns.</summary>
    public void Append(ReadOnlySpan<byte> data)
    {
        Length += data.Length;
        if (Length <= HashedOnTheSpot)
        {
            _hash.AppendData(data);
            return;
        }

        while (!data.IsEmpty)
        {
            _filling ??= ArrayPool<byte>.Shared.Rent(BufferSize);
            int count = Math.Min(data.Length, BufferSize - _filled);
            data[..count].CopyTo(_filling.AsSpan(_filled));
            data = data[count..];
            _filled += count;
            if (_filled == BufferSize)
            {
                HandOver(_filling);
            }
        }
    }

    /// <summary>The hash of all that was appended; more may follow.</summary>
    public byte[] CurrentHash()
    {
        _underWay?.Finish();
        _hash.AppendData(_filling.AsSpan(0, _filled));
        _filled = 0;
        return _hash.GetCurrentHash();
    }

    /// <summary>The digest of all that was appended; more may follow.</summary>
    public Digest Current() => Digest.FromHash(_algorithm, CurrentHash());

    /// <inheritdoc/>
    public void Dispose()
    {
        _underWay?.Finish();
        _hash.Dispose();
        foreach (byte[]? buffer in (ReadOnlySpan<byte[]?>)[_filling, _spare])
        {
            if (buffer is not null)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }

        (_filling, _spare) = (null, null);
    }

    private void HandOver(byte[] full)
    {
        _underWay?.Finish();
        (_filling, _spare, _filled) = (_spare, full, 0);
        _underWay = new Piece(_hash, full);
        ThreadPool.UnsafeQueueUserWorkItem(_underWay, preferLocal: false);
    }

    /// <summary>
    /// Bytes to be hashed by whichever comes first: a thread of the pool, or the one that waits for it. So a busy machine does not hold this up, nor a pool
    /// all of whose threads wait. (A waiting thread does a task that none has begun only if it is of the pool itself.)
    /// </summary>
    private sealed class Piece(IncrementalHash hash, byte[] bytes) : IThreadPoolWorkItem
    {
        private readonly object _lock = new();
        private int _isTaken;
        private bool _isDone;

        public void Execute()
        {
            if (Interlocked.Exchange(ref _isTaken, 1) == 0)
            {
                hash.AppendData(bytes, 0, BufferSize);
                lock (_lock)
                {
                    _isDone = true;
                    Monitor.Pulse(_lock);
                }
            }
        }

        public void Finish()
        {
            Execute();
            lock (_lock)
            {
                while (!_isDone)
                {
                    Monitor.Wait(_lock);
                }
            }
        }
    }
}
