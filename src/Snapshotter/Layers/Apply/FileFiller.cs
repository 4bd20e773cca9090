using System.Runtime.ExceptionServices;
using LayerStore.Tar;
using Microsoft.Win32.SafeHandles;
using Snapshotter.Layers.Manifest;

namespace Snapshotter.Layers.Apply;

/// <summary>
/// Gives small files their content and metadata on a second thread, while the first reads the tar and makes the names, in its order: what exists
/// is always what one thread would have made. Only what is in a file, and what it is like, may come later; who asks for that waits first.
/// </summary>
/// <remarks>
/// Files travel in batches; memory and open files are bounded by those. When none is free, the first thread works one off too, so that
/// neither waits for long, and one processor is enough. Of several failures the one of the earliest file is thrown.
/// </remarks>
/// <param name="maker">Knows how. Its part that is used here may be used by several threads.</param>
/// <param name="hashes">Takes the contents' hashes; null if nobody wants them.</param>
internal sealed class FileFiller(FileMaker maker, ContentHashes? hashes) : IDisposable
{
    private const int MaxBatches = 4;

    private readonly object _lock = new();
    private readonly List<FileBatch> _batches = new(MaxBatches);
    private readonly Stack<FileBatch> _free = new();

    /// <summary>What nobody has begun with.</summary>
    private readonly Queue<FileBatch> _full = new();

    /// <summary>The same, and what is being worked on, by number.</summary>
    private readonly List<FileBatch> _unfinished = new(MaxBatches);

    private FileBatch? _current;
    private long _lastNumber;
    private Task? _worker;
    private bool _isStopped;
    private long _failedNumber = long.MaxValue;
    private volatile ExceptionDispatchInfo? _failure;

    /// <summary>Whether a file can be filled here: it is small, and nothing is set on it that a file system may refuse.</summary>
    public static bool Takes(NewFile file) => file.Entry.Size <= FileBatch.MaxFileSize && file.Xattrs.Count == 0;

    /// <summary>Fills a file some time later.</summary>
    /// <param name="file">The file, which is disposed, also if this fails.</param>
    /// <param name="wanted">What it is to be.</param>
    /// <param name="content">Where its content is; it is read now.</param>
    /// <returns>What to tell <see cref="WaitFor"/> to wait for it.</returns>
    public long Add(SafeFileHandle file, NewFile wanted, TarReader content)
    {
        try
        {
            if (_current?.HasRoom(wanted.Entry.Size) == false)
            {
                Submit();
            }

            _current ??= TakeFree();
            _current.Add(file, wanted, content);
            return _current.Number;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Waits until a file is finished, and all before it.</summary>
    /// <exception cref="LayerStore.LayerStoreException">What the first of them failed with.</exception>
    public void WaitFor(long number)
    {
        if (_current is { } current && current.Number <= number)
        {
            Submit();
        }

        WorkOff(number);
        ThrowIfFailed();
    }

    /// <summary>Waits until all files are finished.</summary>
    /// <exception cref="LayerStore.LayerStoreException">What the first of them failed with.</exception>
    public void WaitForAll() => WaitFor(long.MaxValue);

    /// <summary>Closes what is unfinished.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isStopped = true;
            _full.Clear();
            Monitor.PulseAll(_lock);
        }

        _worker?.Wait(); // It never fails: it keeps its exceptions.
        _batches.ForEach(static batch => batch.Dispose());
        _batches.Clear();
    }

    private void Submit()
    {
        lock (_lock)
        {
            _full.Enqueue(_current!);
            _unfinished.Add(_current!);
            Monitor.PulseAll(_lock);
        }

        _current = null;
        if (_worker is null && Environment.ProcessorCount > 1)
        {
            _worker = Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
    }

    private FileBatch TakeFree()
    {
        while (true)
        {
            ThrowIfFailed();
            FileBatch? waiting;
            lock (_lock)
            {
                if (_free.Count == 0 && _batches.Count < MaxBatches)
                {
                    FileBatch made = new();
                    _batches.Add(made);
                    _free.Push(made);
                }

                if (_free.TryPop(out FileBatch? batch))
                {
                    batch.Number = ++_lastNumber;
                    return batch;
                }

                if (!_full.TryDequeue(out waiting))
                {
                    Monitor.Wait(_lock);
                    continue;
                }
            }

            Finish(waiting);
        }
    }

    /// <summary>Until all batches up to a number are finished: finishes what nobody has begun with, and waits for the others.</summary>
    private void WorkOff(long number)
    {
        while (true)
        {
            FileBatch? waiting;
            lock (_lock)
            {
                if (_unfinished.Count == 0 || _unfinished[0].Number > number)
                {
                    return;
                }

                if (!_full.TryDequeue(out waiting))
                {
                    Monitor.Wait(_lock);
                    continue;
                }
            }

            Finish(waiting);
        }
    }

    private void Work()
    {
        while (true)
        {
            FileBatch? batch;
            lock (_lock)
            {
                while (!_full.TryDequeue(out batch))
                {
                    if (_isStopped)
                    {
                        return;
                    }

                    Monitor.Wait(_lock);
                }
            }

            Finish(batch);
        }
    }

    private void Finish(FileBatch batch)
    {
        ExceptionDispatchInfo? failure = null;
        try
        {
            if (batch.Number < Interlocked.Read(ref _failedNumber))
            {
                batch.Finish(maker, hashes);
            }
        }
#pragma warning disable CA1031 // Whatever it is, it belongs to the thread that applies the layer.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            failure = ExceptionDispatchInfo.Capture(exception);
        }

        batch.Clear();
        lock (_lock)
        {
            if (failure is not null && batch.Number < _failedNumber)
            {
                _failedNumber = batch.Number;
                _failure = failure;
            }

            _unfinished.Remove(batch);
            _free.Push(batch);
            Monitor.PulseAll(_lock);
        }
    }

    private void ThrowIfFailed()
    {
        if (_failure is not null)
        {
            WorkOff(long.MaxValue); // One that is still under way may be of an earlier file.
            _failure.Throw();
        }
    }
}
