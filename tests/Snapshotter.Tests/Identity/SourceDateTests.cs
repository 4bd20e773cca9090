using LayerStore.Images;
using LayerStore.Tar;
using Snapshotter.Layers.Commit;
using Snapshotter.Layers.Unpack;
using Snapshotter.Linux;
using Snapshotter.Snapshots;
using Snapshotter.Tests.Contracts;
using Snapshotter.Tests.Layers;

namespace Snapshotter.Tests.Identity;

/// <summary>SOURCE_DATE_EPOCH limits times (reproducible-builds.org): in the layer that is registered as in its blob.</summary>
public sealed class SourceDateTests : IDisposable
{
    private static readonly Timestamp s_limit = new(1000, 0);

    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [SkippableTheory]
    [InlineData(StoreDriver.Overlay, true)]
    [InlineData(StoreDriver.Overlay, false)]
    [InlineData(StoreDriver.Native, false)]
    public async Task A_limit_on_times_holds_wherever_the_new_image_is_looked_at(StoreDriver driver, bool isMounted)
    {
        Tools.RequireRoot();
        await using Store store = await Store.OpenAsync(_temp["store"], new StoreOptions { Driver = driver, Sync = false });
        await store.Snapshots.PrepareAsync("key", parent: null);
        CommitOptions options = new() { SourceDate = DateTimeOffset.FromUnixTimeSeconds(s_limit.Seconds) };
        CommitResult? result = null;
        using (MountedSnapshot mount = new(await store.Snapshots.MountsAsync("key"), _temp["mount"]))
        {
            Shell.Run(mount.Path, "mkdir d; touch -d @999.5 old; touch d/new; ln -s new d/link; ln d/new again");
            result = isMounted ? await store.CommitAsync("key", "image", options) : null;
        }

        result ??= await store.CommitAsync("key", "image", options);
        using (MountedSnapshot mount = new(await store.Snapshots.MountsAsync("key"), _temp["mount"]))
        {
            Assert.True(Files(mount.Path).Where(file => file.Path.ToString() != "old").All(file => file.Status.ModifiedAt > s_limit), "THE CONTAINER'S OWN TIMES WERE CHANGED!");
        }

        await store.UnpackAsync("image", _temp["plain"], new UnpackOptions { Sync = false });
        IReadOnlyList<TreeFile> plain = Files(_temp["plain"]);
        Assert.Equal([".", "again", "d", "d/link", "d/new", "old"], plain.Select(file => file.Path.ToString()));
        Assert.Equal([s_limit, s_limit, s_limit, s_limit, s_limit, new(999, 500_000_000)], plain.Select(file => file.Status.ModifiedAt));

        ImageView view = await store.LoadAsync(result.Image);
        await store.Snapshots.ViewAsync("view", view.ChainId!.ToString());
        using (MountedSnapshot mount = new(await store.Snapshots.MountsAsync("view"), _temp["view"]))
        {
            Assert.Equal(plain.Select(file => file.ToString()), Files(mount.Path).Select(file => file.ToString()));
        }

        if (store.Snapshots is ILayerSnapshotter layered)
        {
            string registered = (await layered.StackAsync(view.ChainId.ToString())).Lowers[0];
            Assert.Equal(plain.Skip(1).Select(file => file.ToString()), Files(registered).Skip(1).Select(file => file.ToString()));
        }
    }

    private static IReadOnlyList<TreeFile> Files(string directory)
    {
        using RootDirectory root = RootDirectory.Open(directory);
        return TreeListing.Files(root);
    }
}
