using LayerStore.Daemon.Hosting;

namespace Daemon.Tests.Hosting;

/// <summary>What the first and the second signal do. The signals themselves are tried on a process (DaemonProcessTests).</summary>
public sealed class StopSignalsTests
{
    [Fact]
    public void The_first_stops_and_one_much_later_ends()
    {
        StoppedClock clock = new();
        int ended = 0;
        using StopSignals signals = new(() => { }, () => ended++, clock);
        Assert.False(signals.StopRequested.IsCompleted);

        signals.OnStop();
        Assert.True(signals.StopRequested.IsCompleted);
        clock.Now += TimeSpan.FromMilliseconds(900); // timeout(1) signals the process, then its group: one intent.
        signals.OnStop();
        Assert.Equal(0, ended);
        clock.Now += TimeSpan.FromMilliseconds(200);
        signals.OnStop();
        Assert.Equal(1, ended);
    }

    private sealed class StoppedClock : TimeProvider
    {
        public TimeSpan Now { get; set; } = TimeSpan.FromSeconds(1);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
