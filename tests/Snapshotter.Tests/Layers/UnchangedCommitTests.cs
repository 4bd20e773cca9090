using LayerStore.Images;
using LayerStore.Oci;
using LayerStore.Transports;
using Snapshotter.Layers.Commit;

namespace Snapshotter.Tests.Layers;

/// <summary>A commit of a snapshot in which nothing has changed makes an image, and no layer.</summary>
public sealed class UnchangedCommitTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [SkippableTheory]
    [InlineData(StoreDriver.Overlay, true)]
    [InlineData(StoreDriver.Overlay, false)]
    [InlineData(StoreDriver.Native, false)]
    public async Task A_commit_of_nothing_adds_to_the_history_alone(StoreDriver driver, bool isMounted)
    {
        Tools.RequireRoot();
        await using Store store = await OpenAsync(driver);
        Image image = await store.PullAsync(TransportReference.Parse(TestData.Source("busybox")));
        await store.MountAsync(image.Name, _temp["mount"], key: "key");
        if (!isMounted)
        {
            await store.UnmountAsync("key");
        }

        CommitResult result = await store.CommitAsync("key", "same", new CommitOptions { Message = "a remark" });
        Assert.Null(result.Layer);
        Assert.Null(result.DiffId);
        ImageView before = await store.LoadAsync(image);
        ImageView after = await store.LoadAsync(result.Image);
        Assert.Equal(before.Layers.Select(layer => layer.Descriptor.Digest), after.Layers.Select(layer => layer.Descriptor.Digest));
        HistoryEntry entry = after.Config.History[^1];
        Assert.Equal(("a remark", true), (entry.Comment, entry.EmptyLayer));
        Assert.Equal(before.Config.History.Count + 1, after.Config.History.Count);
        await store.PushAsync("same", TransportReference.Parse($"oci:{_temp["out"]}:same"));
        ProcessRunner.Run("umoci", "unpack", "--rootless", "--image", $"{_temp["out"]}:same", _temp["bundle"]);
    }

    [SkippableTheory]
    [InlineData(StoreDriver.Overlay)]
    [InlineData(StoreDriver.Native)]
    public async Task A_second_commit_has_a_layer_only_for_what_changed_since(StoreDriver driver)
    {
        Tools.RequireRoot();
        await using Store store = await OpenAsync(driver);
        Image image = await store.PullAsync(TransportReference.Parse(TestData.Source("busybox")));
        int layers = (await store.LoadAsync(image)).Layers.Count;
        await store.MountAsync(image.Name, _temp["mount"], key: "key");
        Shell.Run(_temp["mount"], "echo 1 > new");
        await store.UnmountAsync("key");
        Assert.Equal(layers + 1, (await store.LoadAsync((await store.CommitAsync("key", "one")).Image)).Layers.Count);
        Assert.Equal(layers + 1, (await store.LoadAsync((await store.CommitAsync("key", "two")).Image)).Layers.Count);

        await store.MountAsync(image.Name, _temp["mount"], key: "key");
        Shell.Run(_temp["mount"], "echo 2 > newer");
        await store.UnmountAsync("key");
        int expected = driver == StoreDriver.Overlay ? layers + 2 : layers + 1;
        Assert.Equal(expected, (await store.LoadAsync((await store.CommitAsync("key", "three")).Image)).Layers.Count);
    }

    [SkippableFact]
    public async Task An_image_of_nothing_has_one_layer_all_the_same()
    {
        Tools.RequireRoot();
        await using Store store = await OpenAsync(StoreDriver.Overlay);
        await store.Snapshots.PrepareAsync("key", parent: null);
        CommitResult result = await store.CommitAsync("key", "empty");
        Assert.NotNull(result.Layer);
        Assert.Single((await store.LoadAsync(result.Image)).Layers);
    }

    private Task<Store> OpenAsync(StoreDriver driver) => Store.OpenAsync(_temp["store"], new StoreOptions { Driver = driver, Sync = false });
}
