using System.Runtime.ExceptionServices;
using LayerStore;

namespace Snapshotter.Layers.Unpack;

/// <summary>
/// Reads its inner stream on a thread of its own, a few buffers ahead, so that decompressing and hashing go on while files
/// are written. Memory is bounded by the buffers; an exception of the inner stream comes out of
/// <see cref="Read"/> once the buffers before it are read.
/// </summary>
internal sealed class ReadAheadStream : ReadOnlyStream
{
    /// <summary>How large its buffers are if nobody says.</summary>
    private const int DefaultBufferSize = 1 << 20;

    private const int BufferCount = 4;

    private readonly object _lock = new();
    private readonly Stream _inner;
    private readonly Queue<byte[]> _free = new();
    private readonly Queue<(byte[] Buffer, int Length)> _full = new();
    private readonly Task _reader;

    private byte[]? _current;
    private int _currentLength;
    private int _position;
    private ExceptionDispatchInfo? _failure;
    private bool _isEnded;
    private volatile bool _isStopped;

    /// <summary>Starts reading.</summary>
    /// <param name="inner">The bytes; disposed with this.</param>
    /// <param name="bufferSize">How much is handed over at a time, in bytes; four times that is read ahead.</param>
    public ReadAheadStream(Stream inner, int bufferSize = DefaultBufferSize)
    {
        _inner = inner;
        for (int i = 0; i < BufferCount; i++)
        {
            _free.Enqueue(new byte[bufferSize]);
        }

        _reader = Task.Factory.StartNew(ReadAll, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty || (_current is null && !TryTake()))
        {
            return 0;
        }

        int count = Math.Min(buffer.Length, _currentLength - _position);
        _current.AsSpan(_position, count).CopyTo(buffer);
        _position += count;
        if (_position == _currentLength)
        {
            GiveBack();
        }

        return count;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            lock (_lock)
            {
                _isStopped = true;
                Monitor.PulseAll(_lock);
            }

            // The reader never fails: it keeps its exception for the one who reads. It may be inside a read of the inner
            // stream, which must not be disposed under it.
            _reader.Wait();
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private bool TryTake()
    {
        lock (_lock)
        {
            while (_full.Count == 0)
            {
                if (_isEnded)
                {
                    _failure?.Throw();
                    return false;
                }

                Monitor.Wait(_lock);
            }

            (_current, _currentLength) = _full.Dequeue();
            _position = 0;
            return true;
        }
    }

    private void GiveBack()
    {
        lock (_lock)
        {
            _free.Enqueue(_current!);
            _current = null;
            Monitor.PulseAll(_lock);
        }
    }

    private void ReadAll()
    {
        try
        {
            while (TakeFree() is { } buffer)
            {
                int length = Fill(buffer);
                lock (_lock)
                {
                    if (length == 0)
                    {
                        break;
                    }

                    _full.Enqueue((buffer, length));
                    Monitor.PulseAll(_lock);
                }
            }
        }
#pragma warning disable CA1031 // Whatever it is, it belongs to the thread that reads.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _failure = ExceptionDispatchInfo.Capture(exception);
        }

        lock (_lock)
        {
            _isEnded = true;
            Monitor.PulseAll(_lock);
        }
    }

    private byte[]? TakeFree()
    {
        lock (_lock)
        {
            while (_free.Count == 0 && !_isStopped)
            {
                Monitor.Wait(_lock);
            }

            return _isStopped ? null : _free.Dequeue();
        }
    }

    /// <summary>Fills most of a buffer, so that short reads of the inner stream do not cost a change of threads each.</summary>
    private int Fill(byte[] buffer)
    {
        int length = 0;
        while (length < buffer.Length && !_isStopped)
        {
            int read = _inner.Read(buffer, length, buffer.Length - length);
            if (read == 0)
            {
                break;
            }

            length += read;
        }

        return length;
    }
}
