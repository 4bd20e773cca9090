using LayerStore.Images;
using LayerStore.Transports;
using Snapshotter.Layers.Mounts;

namespace Snapshotter.Tests;

public sealed class StoreTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    public static TheoryData<StoreDriver, string> Cases()
    {
        TheoryData<StoreDriver, string> cases = [];
        foreach (string tag in TestData.Tags)
        {
            cases.Add(StoreDriver.Overlay, tag);
            cases.Add(StoreDriver.Native, tag);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_real_image_is_shown_as_its_maker_meant_it_and_nothing_stays_when_it_is_removed(StoreDriver driver, string tag)
    {
        await using Store store = await Store.OpenAsync(_temp["root"], new StoreOptions { Driver = driver });
        Image image = await store.PullAsync(TransportReference.Parse(TestData.Source(tag)));
        await store.UnpackAsync(image.Name, _temp["plain"]);
        MountResult mount = await store.MountAsync(image.Name, _temp["mounted"], readOnly: true);
        Assert.Equal(TestData.ExpectedTree(tag), TestData.Tree(_temp["plain"]));
        Assert.Equal(TestData.ExpectedTree(tag), TestData.Tree(_temp["mounted"]));

        await store.UnmountAsync(mount.Key);
        await store.RemoveImageAsync(image.Name);
        Assert.Empty(await store.Content.ListAsync().ToListAsync());
        Assert.Empty(await store.Snapshots.ListAsync().ToListAsync());
        Assert.DoesNotContain(Directory.EnumerateDirectories(_temp["root/t"]), path => Path.GetFileName(path) != "0");
    }
}
