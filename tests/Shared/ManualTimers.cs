using System.Threading.Channels;

namespace TestSupport;

/// <summary>A clock that stands still, and timers that end when a test says so.</summary>
internal sealed class ManualTimers : TimeProvider
{
    private readonly Channel<ManualTimer> _begun = Channel.CreateUnbounded<ManualTimer>();
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ManualTimer timer = new(() => callback(state), dueTime);
        _begun.Writer.TryWrite(timer);
        return timer;
    }

    /// <summary>Waits until somebody waits, moves the clock by as long as that, or by <paramref name="time"/>, and ends the wait.</summary>
    public async Task ElapseAsync(TimeSpan? time = null)
    {
        ManualTimer timer = await NextAsync();
        Interlocked.Add(ref _ticks, (time ?? timer.DueTime).Ticks);
        timer.Fire();
    }

    /// <summary>Waits until somebody waits.</summary>
    public ValueTask<ManualTimer> NextAsync() => _begun.Reader.ReadAsync();

    /// <summary>Moves the clock by as long as a timer lasts, and ends it.</summary>
    public void Elapse(ManualTimer timer, TimeSpan? time = null)
    {
        Interlocked.Add(ref _ticks, (time ?? timer.DueTime).Ticks);
        timer.Fire();
    }

    internal sealed class ManualTimer(Action fire, TimeSpan dueTime) : ITimer
    {
        public TimeSpan DueTime => dueTime;

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
