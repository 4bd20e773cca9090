using LayerStore;
using Snapshotter.Snapshots;

namespace Snapshotter.Tests.Contracts;

/// <content>Several callers, each with the store opened for itself, want the same thing at once.</content>
public abstract partial class SnapshotterContract
{
    [SkippableFact]
    public async Task Of_many_that_prepare_one_key_one_wins()
    {
        await CommitAsync("base", null, m => File.WriteAllText(m["file"], "content"));
        ISnapshotter[] openers = [Snapshots, Reopen(), Reopen()];
        bool[] won = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Task.Run(() => WinsAsync(
            () => openers[i % openers.Length].PrepareAsync("key", "base"), ErrorKind.AlreadyExists))));
        Assert.Single(won, w => w);
        using MountedSnapshot mounted = await MountAsync("key");
        Assert.Equal("content", File.ReadAllText(mounted["file"]));
    }

    [SkippableFact]
    public async Task Of_many_that_commit_one_name_or_one_key_one_wins()
    {
        ISnapshotter[] openers = [Snapshots, Reopen(), Reopen()];
        for (int i = 0; i < 10; i++)
        {
            await Snapshots.PrepareAsync($"key-{i}", null);
        }

        bool[] names = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Task.Run(() => WinsAsync(
            () => openers[i % openers.Length].CommitAsync("name", $"key-{i}"), ErrorKind.AlreadyExists))));
        Assert.Single(names, w => w);
        int loser = Array.IndexOf(names, false);
        bool[] keys = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Task.Run(() => WinsAsync(
            () => openers[i % openers.Length].CommitAsync($"name-{i}", $"key-{loser}"), ErrorKind.NotFound))));
        Assert.Single(keys, w => w);
        Assert.Equal(2, (await NamesAsync(Snapshots, "kind==committed")).Count);
        Assert.Equal(8, (await NamesAsync(Snapshots, "kind==active")).Count);
    }

    private static async Task<bool> WinsAsync(Func<Task> action, ErrorKind otherwise)
    {
        try
        {
            await action();
            return true;
        }
        catch (LayerStoreException e) when (e.Kind == otherwise)
        {
            return false;
        }
    }
}
