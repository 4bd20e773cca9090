namespace Snapshotter.Layers.Check;

/// <summary>Keeps reading below a rate, so that a check does not starve what runs beside it.</summary>
/// <param name="bytesPerSecond">The rate; null is no limit.</param>
/// <param name="time">The clock, which also wakes.</param>
internal sealed class Throttle(long? bytesPerSecond, TimeProvider time)
{
    // Shorter sleeps are less exact than the clock that wakes them.
    private static readonly TimeSpan s_shortest = TimeSpan.FromMilliseconds(10);

    private readonly long _start = time.GetTimestamp();
    private long _bytes;

    /// <summary>No limit.</summary>
    public static Throttle None { get; } = new(null, TimeProvider.System);

    /// <summary>Accounts for bytes that were read, and waits while there were too many for the time that went by.</summary>
    public void Wait(long bytes, CancellationToken cancellationToken)
    {
        if (bytesPerSecond is not { } rate)
        {
            return;
        }

        _bytes += bytes;
        TimeSpan early = TimeSpan.FromSeconds((double)_bytes / rate) - time.GetElapsedTime(_start);
        if (early >= s_shortest)
        {
            Sleep(early, cancellationToken);
        }
    }

    private void Sleep(TimeSpan duration, CancellationToken cancellationToken)
    {
        using ManualResetEventSlim end = new();
        using ITimer timer = time.CreateTimer(static state => ((ManualResetEventSlim)state!).Set(), end, duration, Timeout.InfiniteTimeSpan);
        end.Wait(cancellationToken);
    }
}
