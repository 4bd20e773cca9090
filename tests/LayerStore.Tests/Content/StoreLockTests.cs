using System.Diagnostics;
using LayerStore.Content;

namespace LayerStore.Tests.Content;

public sealed class StoreLockTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly StoreLayout _layout;

    public StoreLockTests() => _layout = StoreLayout.OpenOrCreate(_directory.Path, XattrNamespace.Trusted);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Exclusive_excludes_and_shared_shares()
    {
        using (await StoreLock.AcquireAsync(_layout, "a", exclusive: false))
        using (await StoreLock.AcquireAsync(_layout, "a", exclusive: false))
        using (await StoreLock.AcquireAsync(_layout, "b"))
        {
            LayerStoreException e = await Assert.ThrowsAsync<LayerStoreException>(() => StoreLock.AcquireAsync(_layout, "a", wait: false));
            Assert.Equal(ErrorKind.Aborted, e.Kind);
        }

        using (await StoreLock.AcquireAsync(_layout, "a", wait: false))
        {
            await Assert.ThrowsAsync<LayerStoreException>(() => StoreLock.AcquireAsync(_layout, "a", exclusive: false, wait: false));
        }
    }

    [Fact]
    public async Task A_wait_ends_when_the_lock_is_free()
    {
        StoreLock first = await StoreLock.AcquireAsync(_layout, "a");
        Task<StoreLock> second = StoreLock.AcquireAsync(_layout, "a");
        Assert.False(second.IsCompleted);
        first.Dispose();
        (await second).Dispose();
    }

    [Fact]
    public async Task A_wait_can_be_cancelled()
    {
        using StoreLock held = await StoreLock.AcquireAsync(_layout, "a");
        using CancellationTokenSource cancel = new();
        Task<StoreLock> waiting = StoreLock.AcquireAsync(_layout, "a", cancellationToken: cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task Another_process_is_excluded_and_its_death_frees_the_lock()
    {
        using Process other = Process.Start(new ProcessStartInfo("flock", [_directory["locks/a"], "sh", "-c", "echo held; exec sleep 600"])
        {
            RedirectStandardOutput = true,
        })!;
        try
        {
            Assert.Equal("held", await other.StandardOutput.ReadLineAsync());
            await Assert.ThrowsAsync<LayerStoreException>(() => StoreLock.AcquireAsync(_layout, "a", wait: false));
        }
        finally
        {
            other.Kill(entireProcessTree: true);
        }

        (await StoreLock.AcquireAsync(_layout, "a")).Dispose();
    }

    [Fact]
    public async Task A_child_that_another_thread_starts_does_not_hold_a_lock_longer()
    {
        // Until it runs its program it has copies of all descriptors, of those that close then too.
        Task children = Task.Run(() =>
        {
            for (int i = 0; i < 60; i++)
            {
                using Process child = Process.Start("true");
                child.WaitForExit();
            }
        });
        do
        {
            (await StoreLock.AcquireAsync(_layout, "a", wait: false)).Dispose();
            Assert.False(StoreLock.IsHeld(_layout, "a"));
            Assert.Null(StoreLock.ReadNote(_layout, "a"));
        }
        while (!children.IsCompleted);

        await children;
    }

    [Theory]
    [InlineData("../a")]
    [InlineData(".a")]
    [InlineData("A")]
    public async Task A_name_is_a_plain_word(string name) =>
        await Assert.ThrowsAsync<ArgumentException>(() => StoreLock.AcquireAsync(_layout, name));
}
