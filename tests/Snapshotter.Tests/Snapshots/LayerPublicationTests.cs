using LayerStore;
using Snapshotter.Snapshots;
using Snapshotter.Snapshots.Overlay;
using Snapshotter.Tests.Contracts;

namespace Snapshotter.Tests.Snapshots;

/// <summary>Layers of an overlay store: drafts, publication, sharing, removal.</summary>
public sealed class LayerPublicationTests : IDisposable
{
    private readonly OverlayStore _store = new();

    private OverlaySnapshotter Snapshots => _store.Snapshots;

    public void Dispose() => _store.Dispose();

    [SkippableFact]
    public async Task A_published_chain_is_committed_snapshots_over_layers()
    {
        string chain = await _store.PublishAsync(("a", "echo a > file; echo a > only-a"), ("b", "echo b > file"));
        Assert.Equal(OverlayStore.Chain("a", "b").ToString(), chain);
        SnapshotInfo top = (await Snapshots.StatAsync(chain))!;
        Assert.Equal((SnapshotKind.Committed, OverlayStore.DiffId("a").ToString()), (top.Kind, top.Parent));

        LayerInfo layer = (await Snapshots.FindLayerAsync(OverlayStore.DiffId("b"), OverlayStore.Chain("x", "b")))!;
        Assert.Equal((2L, (Digest?)null), (layer.Usage.Inodes, layer.CompletedFor));
        Assert.Equal(_store.Layout.Tree(layer.Tree), layer.Directory);
        Assert.Equal(layer.Usage, await Snapshots.UsageAsync(chain));

        using MountedSnapshot view = _store.Mount(await Snapshots.ViewAsync("view", chain));
        Assert.Equal("b\n", File.ReadAllText(view["file"]));
        Assert.Equal("a\n", File.ReadAllText(view["only-a"]));
    }

    [SkippableFact]
    public async Task Two_chains_share_a_layer_and_publishing_again_changes_nothing()
    {
        await _store.PublishAsync(("a", "echo a > a"), ("c", "echo c > c"));
        await _store.PublishAsync(("b", "echo b > b"), ("c", null));
        IReadOnlyList<long> trees = _store.Trees();
        Assert.Equal(3, trees.Count);

        // As a second process that unpacked the same image at the same time.
        await _store.PublishAsync(("a", "echo a > a"), ("c", "echo c > c"));
        Assert.Equal(trees, _store.Trees());
        Assert.Equal(
            (await Snapshots.StackAsync(OverlayStore.Chain("a", "c").ToString())).Lowers[0],
            (await Snapshots.StackAsync(OverlayStore.Chain("b", "c").ToString())).Lowers[0]);
    }

    [SkippableFact]
    public async Task A_draft_that_is_not_published_leaves_nothing()
    {
        LayerDraft draft = await _store.DraftAsync("mkdir -p a/b; echo x > a/b/c");
        File.WriteAllText(draft.ManifestPath, "manifest");
        await draft.DisposeAsync();
        await draft.DisposeAsync();
        Assert.Empty(_store.Trees());
        Assert.Empty(Directory.GetFileSystemEntries(_store.Layout.Manifests));
        Assert.Empty(Directory.GetFileSystemEntries(_store.Layout.Trash));
    }

    [SkippableFact]
    public async Task A_chain_goes_on_from_one_that_is_committed()
    {
        await _store.PublishAsync(("a", "echo a > a"), ("b", "echo b > b"));
        await using LayerDraft draft = await _store.DraftAsync("echo c > c");
        await Snapshots.PublishAsync([new LayerLink(OverlayStore.DiffId("c"), OverlayStore.Chain("a", "b", "c"), draft)]);
        Assert.Equal(OverlayStore.Chain("a", "b").ToString(), (await Snapshots.StatAsync(OverlayStore.Chain("a", "b", "c").ToString()))!.Parent);
    }

    [SkippableFact]
    public async Task What_is_no_chain_is_refused_and_nothing_is_published()
    {
        await using LayerDraft draft = await _store.DraftAsync("echo c > c");
        LayerLink a = new(OverlayStore.DiffId("a"), OverlayStore.DiffId("a"), draft);
        await FailsAsync(ErrorKind.InvalidArgument, () => Snapshots.PublishAsync([]));
        await FailsAsync(ErrorKind.InvalidArgument, () => Snapshots.PublishAsync([a, new LayerLink(OverlayStore.DiffId("b"), OverlayStore.Chain("b", "a"), null)]));
        await FailsAsync(ErrorKind.NotFound, () => Snapshots.PublishAsync([a with { ChainId = OverlayStore.Chain("x", "a") }]));
        await FailsAsync(ErrorKind.InvalidArgument, () => _store.Reopen().PublishAsync([a]));
        await FailsAsync(ErrorKind.InvalidArgument, () => Snapshots.PublishAsync([a], continued: "key"));
        await FailsAsync(ErrorKind.Aborted, () => Snapshots.PublishAsync([a, new LayerLink(OverlayStore.DiffId("b"), OverlayStore.Chain("a", "b"), null)]));
        Assert.Null(await Snapshots.StatAsync(OverlayStore.DiffId("a").ToString()));
        Assert.Null(await Snapshots.FindLayerAsync(OverlayStore.DiffId("a"), OverlayStore.DiffId("a")));

        await Snapshots.PublishAsync([a]);
        await FailsAsync(ErrorKind.InvalidArgument, () => Snapshots.PublishAsync([a]));
    }

    [SkippableFact]
    public async Task A_layer_completed_for_a_chain_is_found_for_that_chain_only()
    {
        await _store.PublishAsync(("a", "echo a > a"), ("b", "echo b > b"));
        foreach (string below in new[] { "a", "b" })
        {
            await using LayerDraft draft = await _store.DraftAsync($"echo on-{below} > loose");
            draft.IsChainBound = true;
            draft.ManifestDigest = OverlayStore.DiffId(below + "-manifest");
            if (below == "b")
            {
                await _store.PublishAsync(("b", null));
            }

            await Snapshots.PublishAsync([new LayerLink(OverlayStore.DiffId("loose"), OverlayStore.Chain(below, "loose"), draft)]);
        }

        LayerInfo onA = (await Snapshots.FindLayerAsync(OverlayStore.DiffId("loose"), OverlayStore.Chain("a", "loose")))!;
        LayerInfo onB = (await Snapshots.FindLayerAsync(OverlayStore.DiffId("loose"), OverlayStore.Chain("b", "loose")))!;
        Assert.NotEqual(onA.Tree, onB.Tree);
        Assert.Equal(OverlayStore.Chain("a", "loose"), onA.CompletedFor);
        Assert.Equal(OverlayStore.DiffId("b-manifest"), onB.ManifestDigest);
        Assert.Null(await Snapshots.FindLayerAsync(OverlayStore.DiffId("loose"), OverlayStore.Chain("c", "loose")));
    }

    [SkippableFact]
    public async Task Labels_come_with_a_new_snapshot_and_one_that_is_there_keeps_its_own()
    {
        Dictionary<string, string> labels = new() { ["left-out"] = "devices" };
        await _store.PublishAsync(("a", "echo a > a"));
        await using LayerDraft draft = await _store.DraftAsync("echo b > b");
        await Snapshots.PublishAsync([
            new LayerLink(OverlayStore.DiffId("a"), OverlayStore.DiffId("a"), null) { Labels = labels },
            new LayerLink(OverlayStore.DiffId("b"), OverlayStore.Chain("a", "b"), draft) { Labels = labels },
        ]);
        Assert.Equal(labels, (await Snapshots.StatAsync(OverlayStore.Chain("a", "b").ToString()))!.Labels);
        Assert.Empty((await Snapshots.StatAsync(OverlayStore.DiffId("a").ToString()))!.Labels);
    }

    [SkippableFact]
    public async Task Layers_without_snapshots_are_removed_on_request_and_not_before()
    {
        string ab = await _store.PublishAsync(("a", "echo a > a"), ("b", "echo b > b"));
        string cb = await _store.PublishAsync(("c", "echo c > c"), ("b", null));
        Assert.Empty(await Snapshots.RemoveUnusedLayersAsync());
        await Snapshots.RemoveAsync(ab);
        await Snapshots.RemoveAsync(OverlayStore.DiffId("a").ToString());
        Assert.Equal(3, _store.Trees().Count);
        Assert.NotNull(await Snapshots.FindLayerAsync(OverlayStore.DiffId("a"), OverlayStore.DiffId("a")));

        LayerInfo removed = Assert.Single(await Snapshots.RemoveUnusedLayersAsync());
        Assert.Equal(OverlayStore.DiffId("a"), removed.DiffId);
        Assert.Equal(2, _store.Trees().Count);
        await FailsAsync(ErrorKind.Aborted, () => _store.PublishAsync(("a", null)));
        using MountedSnapshot view = _store.Mount(await Snapshots.ViewAsync("view", cb));
        Assert.Equal("b\n", File.ReadAllText(view["b"]));
    }

    [SkippableFact]
    public async Task Another_owners_snapshots_keep_layers_too()
    {
        await _store.PublishAsync(("a", "echo a > a"));
        using OverlaySnapshotter other = _store.Reopen("other");
        await other.PublishAsync([new LayerLink(OverlayStore.DiffId("a"), OverlayStore.DiffId("a"), null)]);
        await Snapshots.RemoveAsync(OverlayStore.DiffId("a").ToString());
        Assert.Empty(await Snapshots.RemoveUnusedLayersAsync());
        using MountedSnapshot view = _store.Mount(await other.ViewAsync("view", OverlayStore.DiffId("a").ToString()));
        Assert.Equal("a\n", File.ReadAllText(view["a"]));
    }

    [SkippableFact]
    public async Task Of_many_that_publish_one_chain_all_succeed_and_one_tree_stays()
    {
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(async () =>
        {
            using OverlaySnapshotter snapshotter = _store.Reopen();
            await using LayerDraft draft = await _store.DraftAsync("echo a > a", snapshotter);
            await snapshotter.PublishAsync([new LayerLink(OverlayStore.DiffId("a"), OverlayStore.DiffId("a"), draft)]);
        })));
        Assert.Single(_store.Trees());
    }

    internal static async Task FailsAsync(ErrorKind kind, Func<Task> action) =>
        Assert.Equal(kind, (await Assert.ThrowsAnyAsync<LayerStoreException>(action)).Kind);
}
