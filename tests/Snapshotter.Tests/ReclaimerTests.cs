using LayerStore;
using LayerStore.Content;

namespace Snapshotter.Tests;

/// <summary>When what was given up is freed.</summary>
public sealed class ReclaimerTests : IAsyncLifetime, IDisposable
{
    private readonly TempDirectory _temp = new();
    private readonly ManualTimers _time = new();
    private Store _store = null!;

    public async Task InitializeAsync() => _store = await OpenAsync();

    public async Task DisposeAsync() => await _store.DisposeAsync();

    public void Dispose() => _temp.Dispose();

    [SkippableFact]
    public async Task What_a_crash_left_goes_when_it_starts()
    {
        Tools.RequireRoot();
        await WriteAsync(1);
        Digest given = await WriteAsync(2);
        await _store.Content.DeleteAsync(given);
        await _store.DisposeAsync();
        _store = await OpenAsync();
        Directory.CreateDirectory(_temp["root/t/77"]);
        Assert.Equal(2, Blobs());

        await using Reclaimer reclaimer = new(_store, _time);
        await reclaimer.WhenIdleAsync();

        Assert.Equal(1, Blobs());
        Assert.False(Directory.Exists(_temp["root/t/77"]));
    }

    [SkippableFact]
    public async Task It_waits_for_the_end_of_a_burst()
    {
        Tools.RequireRoot();
        Digest[] blobs = [await WriteAsync(1), await WriteAsync(2), await WriteAsync(3)];
        await using Reclaimer reclaimer = new(_store, _time);
        await reclaimer.WhenIdleAsync();

        await _store.Content.DeleteAsync(blobs[0]);
        for (int i = 1; i < blobs.Length; i++)
        {
            ManualTimers.ManualTimer timer = await _time.NextAsync();
            Assert.Equal(Reclaimer.Quiet, timer.DueTime);
            await _store.Content.DeleteAsync(blobs[i]);
            _time.Elapse(timer);
        }

        ManualTimers.ManualTimer last = await _time.NextAsync();
        Assert.Equal(3, Blobs());
        _time.Elapse(last);
        await reclaimer.WhenIdleAsync();
        Assert.Equal(0, Blobs());
    }

    [SkippableFact]
    public async Task A_burst_without_end_is_not_waited_for()
    {
        Tools.RequireRoot();
        Digest first = await WriteAsync(1);
        Digest second = await WriteAsync(2);
        await using Reclaimer reclaimer = new(_store, _time);
        await reclaimer.WhenIdleAsync();

        await _store.Content.DeleteAsync(first);
        ManualTimers.ManualTimer timer = await _time.NextAsync();
        await _store.Content.DeleteAsync(second);
        _time.Elapse(timer, Reclaimer.Longest);
        await reclaimer.WhenIdleAsync();
        Assert.Equal(0, Blobs());
    }

    [SkippableFact]
    public async Task The_removal_of_a_snapshot_wakes_it_too()
    {
        Tools.RequireRoot();
        await using Reclaimer reclaimer = new(_store, _time);
        await reclaimer.WhenIdleAsync();
        await _store.Snapshots.PrepareAsync("k", null);
        await _store.Snapshots.RemoveAsync("k");

        Assert.False(reclaimer.WhenIdleAsync().IsCompleted);
        await _time.ElapseAsync();
        await reclaimer.WhenIdleAsync();
    }

    [SkippableFact]
    public async Task It_ends_while_it_waits_and_what_was_given_up_stays_on_record()
    {
        Tools.RequireRoot();
        Digest given = await WriteAsync(1);
        await using (Reclaimer reclaimer = new(_store, _time))
        {
            await reclaimer.WhenIdleAsync();
            await _store.Content.DeleteAsync(given);
            await _time.NextAsync();
        }

        Assert.Equal(1, Blobs());
        Assert.Equal([given.ToString()], (await _store.ReclaimAsync()).Select(item => item.Name));
    }

    private Task<Store> OpenAsync() => Store.OpenAsync(_temp["root"], new StoreOptions { Owner = "containerd", Sync = false });

    private async Task<Digest> WriteAsync(byte value) => (await _store.Content.WriteBlobAsync("r", new[] { value })).Digest;

    private int Blobs() => Directory.GetFiles(_temp["root/blobs/sha256"]).Length;
}
