using System.Globalization;
using LayerStore.Content;
using Snapshotter.Layers.Collection;
using Snapshotter.Linux;

namespace Snapshotter.Tests.Layers.Collection;

public sealed class DiskUsageTests
{
    [SkippableTheory]
    [InlineData(StoreDriver.Overlay)]
    [InlineData(StoreDriver.Native)]
    public async Task Every_byte_under_the_root_is_in_one_share_and_the_sum_is_what_du_says(StoreDriver driver)
    {
        Tools.RequireRoot();
        await using CollectionStore it = await CollectionStore.MakeAsync(driver);
        await it.PullAsync("layers", "one");
        await it.PullAsync("busybox", "two");
        await it.PullAsync("whiteouts", "lost");
        await it.ForgetAsync("lost");
        await it.Store.MountAsync("one", it.Temp["m"], key: "k");
        File.WriteAllBytes(it.Temp["m/changed"], new byte[100_000]);
        it.Temp.CreateDirectory("root/foreign");
        it.Temp.WriteFile("root/foreign/file", "text");
        it.Temp.WriteFile("root/blobs/foreign", "text");
        await using IngestWriter writer = await it.Store.Content.BeginIngestAsync("being written");
        writer.Write(new byte[50_000]);

        IReadOnlyList<UsageShare> shares = await it.Store.MeasureUsageAsync();

        Assert.Equal(Du(it.Root), shares.Sum(share => share.TotalBytes));
        Assert.Equal(shares.Count, shares.Select(share => (share.Class, share.Holder)).Distinct().Count());
        Assert.True(Of(shares, UsageClass.Unique, "active snapshot k").UnpackedBytes >= 100_000);
        Assert.True(Of(shares, UsageClass.Shared).CompressedBytes > 0);
        Assert.True(Of(shares, UsageClass.Working).CompressedBytes >= 50_000);
        Assert.Equal(Du(it.Temp["root/foreign"]) + Du(it.Temp["root/blobs/foreign"]), Of(shares, UsageClass.Unknown).TotalBytes);

        // Where no files share extents and inodes cost nothing, reclaimable is what a collection frees.
        CollectionResult planned = await it.Store.CollectAsync(dryRun: true);
        Assert.NotEmpty(planned.Items);
        if (!FileSystemTables.Of(it.Root).HasReflinks)
        {
            Assert.Equal(planned.Bytes, Of(shares, UsageClass.Reclaimable).TotalBytes);
        }
    }

    [SkippableFact]
    public async Task Two_names_of_one_image_are_one_holder()
    {
        Tools.RequireRoot();
        await using CollectionStore it = await CollectionStore.MakeAsync();
        await it.PullAsync("busybox", "a");
        await it.Store.TagAsync("a", "b");

        IReadOnlyList<UsageShare> shares = await it.Store.MeasureUsageAsync();

        UsageShare unique = Of(shares, UsageClass.Unique, "image docker.io/library/a:latest, image docker.io/library/b:latest");
        Assert.True(unique.CompressedBytes > 0 && unique.UnpackedBytes > 0);
        Assert.DoesNotContain(shares, share => share.Class is UsageClass.Shared or UsageClass.Reclaimable or UsageClass.Unknown);
    }

    private static UsageShare Of(IReadOnlyList<UsageShare> shares, UsageClass kind, string holder = "") =>
        Assert.Single(shares, share => share.Class == kind && share.Holder == holder);

    private static long Du(string path) =>
        long.Parse(ProcessRunner.Run("du", "-sx", "--block-size=1", path).Output.Split('\t')[0], CultureInfo.InvariantCulture);
}
