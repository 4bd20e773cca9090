using LayerStore;
using Snapshotter.Snapshots;
using Snapshotter.Snapshots.Overlay;
using Snapshotter.Tests.Contracts;

namespace Snapshotter.Tests.Snapshots;

/// <summary>One owner's layers under another owner's snapshots.</summary>
public sealed class SharedLayerTests : IDisposable
{
    private const string Reference = "containerd.io/snapshot.ref";
    private readonly OverlayStore _store = new();

    public void Dispose() => _store.Dispose();

    [SkippableFact]
    public async Task Another_owners_layers_are_shared_one_by_one_and_not_copied()
    {
        await _store.PublishAsync(("a", "echo a > a"), ("b", "rm -f a; mknod a c 0 0; echo b > b"));
        IReadOnlyList<long> before = _store.Trees();
        OverlaySnapshotter daemon = _store.Reopen("containerd");

        string bottom = (await daemon.ShareAsync(OverlayStore.Chain("a"), null, new Dictionary<string, string> { ["containerd.io/snapshot/x"] = "1" }))!;
        string top = (await daemon.ShareAsync(OverlayStore.Chain("a", "b"), bottom))!;

        SnapshotInfo info = (await daemon.StatAsync(bottom))!;
        Assert.Equal((SnapshotKind.Committed, (string?)null), (info.Kind, info.Parent));
        Assert.Equal(new Dictionary<string, string> { ["containerd.io/snapshot/x"] = "1", [Reference] = OverlayStore.Chain("a").ToString() }, info.Labels);
        Assert.Equal(bottom, (await daemon.StatAsync(top))!.Parent);
        Assert.Equal(before, _store.Trees());
        Assert.Equal([top], await FindAsync(daemon, OverlayStore.Chain("a", "b"), bottom));
        Assert.Equal([bottom], await FindAsync(daemon, OverlayStore.Chain("a"), ""));
        using MountedSnapshot view = _store.Mount(await daemon.ViewAsync("view", top));
        Assert.Equal([view["b"]], Directory.GetFileSystemEntries(view.Path));
    }

    [SkippableFact]
    public async Task The_same_chain_is_shared_once_an_owner()
    {
        await _store.PublishAsync(("a", "echo a > a"));
        OverlaySnapshotter daemon = _store.Reopen("one");
        OverlaySnapshotter other = _store.Reopen("two");
        string?[] names = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => (i % 2 == 0 ? daemon : other).ShareAsync(OverlayStore.Chain("a"), null))));
        Assert.Equal(2, names.Distinct().Count());
        Assert.Equal([names[0]!], await FindAsync(daemon, OverlayStore.Chain("a"), ""));
        Assert.Null(await other.StatAsync(names[0]!));
    }

    [SkippableFact]
    public async Task What_is_not_here_whole_or_not_on_that_parent_is_not_shared()
    {
        await _store.PublishAsync(("a", "echo a > a"), ("b", "echo b > b"));
        await _store.PublishAsync(("less", "echo less > less"));
        await _store.Snapshots.SetLabelsAsync(OverlayStore.Chain("less").ToString(), new Dictionary<string, string?> { ["layerstore.left-out"] = "devices" });
        OverlaySnapshotter daemon = _store.Reopen("containerd");
        await daemon.PrepareAsync("key", null);
        await daemon.CommitAsync("own", "key");

        Assert.Null(await daemon.ShareAsync(OverlayStore.Chain("missing"), null));
        Assert.Null(await daemon.ShareAsync(OverlayStore.Chain("less"), null));
        Assert.Null(await daemon.ShareAsync(OverlayStore.Chain("a", "b"), null));
        Assert.Null(await daemon.ShareAsync(OverlayStore.Chain("a", "b"), "own"));
        Assert.Null(await daemon.ShareAsync(OverlayStore.Chain("a", "b"), "missing"));
        string other = (await daemon.ShareAsync(OverlayStore.DiffId("b"), null))!;
        Assert.Null(await daemon.ShareAsync(OverlayStore.Chain("a", "b"), other));
    }

    [SkippableFact]
    public async Task A_layer_is_shared_on_top_of_what_a_client_unpacked_itself()
    {
        await _store.PublishAsync(("a", "echo a > a"), ("b", "echo b > b"));
        OverlaySnapshotter daemon = _store.Reopen("containerd");
        using (MountedSnapshot unpacked = _store.Mount(await daemon.PrepareAsync("extract", null)))
        {
            File.WriteAllText(unpacked["a"], "a\n");
        }

        await daemon.CommitAsync("ns/1/x", "extract", new Dictionary<string, string> { [Reference] = OverlayStore.Chain("a").ToString() });
        string top = (await daemon.ShareAsync(OverlayStore.Chain("a", "b"), "ns/1/x"))!;
        using MountedSnapshot view = _store.Mount(await daemon.ViewAsync("view", top));
        Assert.Equal([view["a"], view["b"]], Directory.GetFileSystemEntries(view.Path).Order());
    }

    [SkippableFact]
    public async Task A_client_cannot_pass_off_what_it_wrote_as_a_chain_for_others()
    {
        OverlaySnapshotter daemon = _store.Reopen("containerd");
        await daemon.PrepareAsync("key", null);
        await daemon.CommitAsync(OverlayStore.Chain("a").ToString(), "key", new Dictionary<string, string> { [Reference] = OverlayStore.Chain("a").ToString() });
        Assert.Null(await daemon.ShareAsync(OverlayStore.Chain("a"), null));
        Assert.Null(await _store.Reopen("other").ShareAsync(OverlayStore.Chain("a"), null));
    }

    [SkippableFact]
    public async Task A_collection_at_the_same_time_takes_the_layer_before_it_is_shared_or_not_at_all()
    {
        OverlaySnapshotter daemon = _store.Reopen("containerd");
        OverlaySnapshotter collector = _store.Reopen();
        for (int i = 0; i < 20; i++)
        {
            string chain = await _store.PublishAsync(($"layer{i}", $"echo {i} > file"));
            await _store.Snapshots.RemoveAsync(chain);
            // Without a snapshot it is unused, and not shared; with one of another chain it is.
            Assert.Null(await daemon.ShareAsync(OverlayStore.DiffId($"layer{i}"), null));
            await _store.PublishAsync(($"layer{i}", null));
            Task<string?> sharing = Task.Run(() => daemon.ShareAsync(OverlayStore.DiffId($"layer{i}"), null));
            Task collecting = Task.Run(async () =>
            {
                await collector.RemoveAsync(chain);
                await collector.RemoveUnusedLayersAsync();
            });
            await Task.WhenAll(sharing, collecting);
            if (await sharing is not { } name)
            {
                continue;
            }

            using (MountedSnapshot view = _store.Mount(await daemon.ViewAsync($"view{i}", name)))
            {
                Assert.True(File.Exists(view["file"]), "A LAYER IN USE WAS COLLECTED!");
            }
        }
    }

    private static async Task<List<string>> FindAsync(OverlaySnapshotter snapshots, Digest chainId, string parent)
    {
        List<string> names = [];
        await foreach (SnapshotInfo info in snapshots.ListAsync(SnapshotFilter.Parse($"labels.\"{Reference}\"=={chainId},parent==\"{parent}\"")))
        {
            names.Add(info.Name);
        }

        return names;
    }
}
