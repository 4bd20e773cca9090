using LayerStore;
using Snapshotter.Linux;

namespace Snapshotter.Tests.Linux;

public sealed class WriteBehindTests
{
    [Fact]
    public void It_writes_back_again_and_again_until_it_is_ended()
    {
        using CountdownEvent three = new(3);
        int done = 0;
        using WriteBehind behind = new(
            () =>
            {
                if (Interlocked.Increment(ref done) <= 3)
                {
                    three.Signal();
                }
            },
            TimeSpan.Zero);

        Assert.True(three.Wait(TimeSpan.FromMinutes(1)));
        behind.End();

        int atTheEnd = done;
        Thread.Yield();
        Assert.Equal(atTheEnd, done);
    }

    [Fact]
    public async Task The_end_waits_for_what_is_under_way()
    {
        using ManualResetEventSlim begun = new();
        using ManualResetEventSlim release = new();
        bool isDone = false;
        using WriteBehind behind = new(
            () =>
            {
                begun.Set();
                release.Wait();
                isDone = true;
            },
            TimeSpan.Zero);
        begun.Wait();

        Task end = Task.Run(behind.End);
        Assert.False(end.IsCompleted);
        release.Set();
        await end;

        Assert.True(isDone);
    }

    [Fact]
    public void A_failure_is_told_at_the_end_and_nothing_is_tried_again()
    {
        using ManualResetEventSlim failed = new();
        int tries = 0;
        using WriteBehind behind = new(
            () =>
            {
                tries++;
                failed.Set();
                throw new LayerStoreException(ErrorKind.Unknown, "the disk is broken");
            },
            TimeSpan.Zero);
        failed.Wait();

        Assert.Equal("the disk is broken", Assert.Throws<LayerStoreException>(behind.End).Message);
        Assert.Equal(1, tries);
    }

    [Fact]
    public void Nobody_who_does_not_sync_gets_one() => Assert.Null(WriteBehind.Begin("/no such directory", sync: false));
}
