using System.Diagnostics;

namespace Snapshotter.Layers.Check;

/// <summary>Keeps reading below a rate, so that a check does not starve what runs beside it.</summary>
/// <param name="bytesPerSecond">The rate; null is no limit.</param>
internal sealed class Throttle(long? bytesPerSecond)
{
    // Shorter sleeps are less exact than the clock that wakes them.
    private static readonly TimeSpan s_shortest = TimeSpan.FromMilliseconds(10);

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private long _bytes;

    /// <summary>No limit.</summary>
    public static Throttle None { get; } = new(null);

    /// <summary>Accounts for bytes that were read, and waits while there were too many for the time that went by. May be called by several threads.</summary>
    public void Wait(long bytes, CancellationToken cancellationToken)
    {
        if (bytesPerSecond is not { } rate)
        {
            return;
        }

        TimeSpan due = TimeSpan.FromSeconds((double)Interlocked.Add(ref _bytes, bytes) / rate);
        TimeSpan early = due - _clock.Elapsed;
        if (early >= s_shortest)
        {
            cancellationToken.WaitHandle.WaitOne(early);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
