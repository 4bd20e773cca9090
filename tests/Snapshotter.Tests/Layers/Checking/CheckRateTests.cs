using LayerStore;
using LayerStore.Content;
using LayerStore.Transports;
using Snapshotter.Layers.Check;
using Snapshotter.Snapshots;

namespace Snapshotter.Tests.Layers.Checking;

/// <summary>How fast a check reads, on a clock that only its own waiting moves; and what it says of how far it is.</summary>
public sealed class CheckRateTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(10_000_000)]
    public void At_no_moment_was_more_read_than_the_rate_allows_for_the_time(long rate)
    {
        LeapingClock clock = new();
        Throttle throttle = new(rate, clock);
        long bytes = 0;
        foreach (int length in (int[])[1, 4096, 262_144, 5, 0, 1_000_000])
        {
            throttle.Wait(length, CancellationToken.None);
            bytes += length;

            // What is early by less than a hundredth of a second is not waited for.
            Assert.InRange(bytes / (double)rate - clock.Elapsed.TotalSeconds, -0.001, 0.0101);
        }
    }

    [Fact]
    public void Without_a_rate_nothing_waits()
    {
        LeapingClock clock = new();
        new Throttle(null, clock).Wait(long.MaxValue, CancellationToken.None);
        Assert.Equal(TimeSpan.Zero, clock.Elapsed);
    }

    [Fact]
    public void Waiting_can_be_cancelled()
    {
        using CancellationTokenSource cancelled = new();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => new Throttle(1, TimeProvider.System).Wait(1_000_000, cancelled.Token));
    }

    [Fact]
    public async Task A_check_that_reads_everything_takes_the_time_that_the_rate_gives_it_and_no_more()
    {
        const long Rate = 50_000;
        LeapingClock clock = new();
        await using Store store = await Store.OpenAsync(_temp["root"], new StoreOptions { TimeProvider = clock });
        await store.PullAsync(TransportReference.Parse(TestData.Source("layers")));
        long bytes = 0;
        await foreach (BlobInfo blob in store.Content.ListAsync())
        {
            bytes += blob.Size;
        }

        foreach (LayerInfo layer in await ((ILayerSnapshotter)store.Snapshots).ListLayersAsync())
        {
            // Each file once, whatever the number of its names.
            string sizes = ProcessRunner.Run("find", layer.Directory, "-type", "f", "-printf", "%i %s\\n").Output;
            bytes += sizes.Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct().Sum(line => long.Parse(line.Split(' ')[1]));
        }

        TimeSpan before = clock.Elapsed;
        Assert.Empty((await store.CheckAsync(new CheckOptions { ReadData = true, BytesPerSecond = Rate })).Findings);
        Assert.InRange((clock.Elapsed - before).TotalSeconds, bytes / (double)Rate - 0.011, bytes / (double)Rate + 0.001);

        before = clock.Elapsed;
        await store.CheckAsync(new CheckOptions { ReadData = true });
        Assert.Equal(before, clock.Elapsed);
    }

    [Theory]
    [InlineData(StoreDriver.Overlay)]
    [InlineData(StoreDriver.Native)]
    public async Task Progress_tells_of_each_blob_and_layer_until_it_is_done(StoreDriver driver)
    {
        await using Store store = await Store.OpenAsync(_temp["root"], new StoreOptions { Driver = driver });
        await store.PullAsync(TransportReference.Parse(TestData.Source("layers")));
        News news = new();
        CheckReport report = await store.CheckAsync(new CheckOptions { ReadData = true }, news);
        Assert.All(news.All, one => Assert.Equal((StoreStage.Check, true), (one.Stage, one.Done <= one.Total)));
        List<IGrouping<Digest, StoreProgress>> things = [.. news.All.GroupBy(one => one.Digest)];
        Assert.Equal(report.Blobs + report.Layers, things.Count);
        Assert.All(things, one => Assert.Equal((StoreState.Done, one.Last().Total), (one.Last().State, one.Last().Done)));

        // Blobs are not read without being asked for, and layers are always looked at.
        News quick = new();
        await store.CheckAsync(progress: quick);
        Assert.Equal(report.Layers, quick.All.Select(one => one.Digest).Distinct().Count());
    }

    private sealed class News : IProgress<StoreProgress>
    {
        public List<StoreProgress> All { get; } = [];

        public void Report(StoreProgress value) => All.Add(value);
    }

    /// <summary>A clock that stands still, but that whoever waits for it finds at the time that was waited for.</summary>
    private sealed class LeapingClock : TimeProvider
    {
        private long _now;

        public TimeSpan Elapsed => TimeSpan.FromTicks(_now);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _now += dueTime.Ticks;
            callback(state);
            return new Rung();
        }

        private sealed class Rung : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => false;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
