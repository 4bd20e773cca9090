using LayerStore.Transports;
using Snapshotter;

namespace Interop.Tests.Trees;

/// <summary>Every image of testdata/ gives the tree that other tools gave, by each way to its files.</summary>
public sealed class TestDataTreeTests
{
    public static TheoryData<string> Tags => [.. TestData.Tags];

    public static TheoryData<string, StoreDriver> TagsAndDrivers
    {
        get
        {
            var data = new TheoryData<string, StoreDriver>();
            foreach (var tag in TestData.Tags)
            {
                data.Add(tag, StoreDriver.Overlay);
                data.Add(tag, StoreDriver.Native);
            }

            return data;
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Tags))]
    public async Task Unpacked_into_a_directory(string tag)
    {
        Tools.RequireRoot();
        using var directory = new TempDirectory();

        await Store.UnpackAsync(TransportReference.Parse(TestData.Source(tag)), directory["tree"]);

        Assert.Equal(TestData.ExpectedTree(tag), TestData.Tree(directory["tree"]));
    }

    [SkippableTheory]
    [MemberData(nameof(TagsAndDrivers))]
    public async Task Pulled_and_mounted(string tag, StoreDriver driver)
    {
        Tools.RequireRoot();
        using var directory = new TempDirectory();
        await using Store store = await Store.OpenAsync(directory["store"], new() { Driver = driver });
        await store.PullAsync(TransportReference.Parse(TestData.Source(tag)), new() { Name = "image" });

        await store.MountAsync("image", directory["writable"], key: "writable");
        await store.MountAsync("image", directory["view"], key: "view", readOnly: true);

        Assert.Equal(TestData.ExpectedTree(tag), TestData.Tree(directory["writable"]));
        Assert.Equal(TestData.ExpectedTree(tag), TestData.Tree(directory["view"]));
    }
}
