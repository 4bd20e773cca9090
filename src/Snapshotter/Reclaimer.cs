using System.Threading.Channels;
using LayerStore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Snapshotter.Layers.Collection;

namespace Snapshotter;

/// <summary>
/// Frees, in the background, what an owner's clients gave up: once when it starts, for what a crash left, and then some time after each
/// blob's or snapshot's removal through its <see cref="Store"/>; the trash too, if the store leaves it (<see cref="StoreOptions.LeaveTrash"/>). See <see cref="Store.ReclaimAsync"/>.
/// </summary>
/// <remarks>
/// <para>Clients remove in bursts: it begins when nothing was removed for <see cref="Quiet"/>, or <see cref="Longest"/> after the first removal.</para>
/// <para>A failure is logged, and what it left is freed with the next removal, by the next start or by <c>gc</c>: what was given up is on record.</para>
/// <para>Disposing it ends it. It waits for what is being taken out of sight, not for what would be waited for.</para>
/// </remarks>
public sealed partial class Reclaimer : IAsyncDisposable
{
    private readonly Store _store;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<bool> _removals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly Task _running;
    private long _dropped;
    private TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Starts it.</summary>
    /// <param name="store">The store; it stays the caller's, and is disposed after this.</param>
    /// <param name="time">The clock that it waits by; null for the system's.</param>
    /// <param name="logger">Told what is freed, and of failures; null for nobody.</param>
    public Reclaimer(Store store, TimeProvider? time = null, ILogger<Reclaimer>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        _store = store;
        _time = time ?? TimeProvider.System;
        _logger = logger ?? (ILogger)NullLogger.Instance;
        _store.Dropped += OnDropped;
        _running = Task.Run(RunAsync);
    }

    /// <summary>For how long nothing must have been removed.</summary>
    public static TimeSpan Quiet { get; } = TimeSpan.FromSeconds(2);

    /// <summary>After which time it begins all the same.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromSeconds(30);

    /// <summary>Waits until all that was given up before was looked at.</summary>
    public Task WhenIdleAsync(CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            return _idle.Task.WaitAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _store.Dropped -= OnDropped;
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stop.Dispose();
        _idle.TrySetCanceled();
    }

    private void OnDropped()
    {
        lock (_gate)
        {
            _dropped++;
            if (_idle.Task.IsCompleted)
            {
                _idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        _removals.Writer.TryWrite(true);
    }

    private async Task RunAsync()
    {
        try
        {
            do
            {
                await ReclaimAsync().ConfigureAwait(false);
                await _removals.Reader.ReadAsync(_stop.Token).ConfigureAwait(false);
                long first = _time.GetTimestamp();
                do
                {
                    await Task.Delay(Quiet, _time, _stop.Token).ConfigureAwait(false);
                }
                while (_removals.Reader.TryRead(out _) && _time.GetElapsedTime(first) < Longest);
            }
            while (true);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    private async Task ReclaimAsync()
    {
        long before = Interlocked.Read(ref _dropped);
        try
        {
            IReadOnlyList<StoreItem> freed = await _store.ReclaimAsync(_stop.Token).ConfigureAwait(false);
            if (freed.Count > 0)
            {
                LogFreed(_logger, freed.Count);
            }
        }
        catch (LayerStoreException e)
        {
            LogFailure(_logger, e.Message);
        }

        lock (_gate)
        {
            if (_dropped == before)
            {
                _idle.TrySetResult();
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "freed {Count} blobs and layers that nothing holds any more")]
    private static partial void LogFreed(ILogger logger, int count);

    [LoggerMessage(LogLevel.Warning, "could not free what was given up: {Reason}")]
    private static partial void LogFailure(ILogger logger, string reason);
}
