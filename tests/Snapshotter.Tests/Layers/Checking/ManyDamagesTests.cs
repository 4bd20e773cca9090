using LayerStore.Transports;
using Snapshotter.Layers.Check;
using Snapshotter.Linux;
using Snapshotter.Snapshots;
using Xunit.Abstractions;

namespace Snapshotter.Tests.Layers.Checking;

/// <summary>A thousand damaged files in a layer of thirty thousand: all of them are named, nothing else is, and all are healed.</summary>
[Long]
public sealed class ManyDamagesTests(ITestOutputHelper output) : IDisposable
{
    private const int Files = 30_000;
    private const int Damages = 1_000;

    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [SkippableTheory]
    [InlineData(StoreDriver.Overlay)]
    [InlineData(StoreDriver.Native)]
    public async Task A_thousand_damaged_files_are_named_and_healed(StoreDriver driver)
    {
        Skip.IfNot(Privileges.CanMount() && UserNamespace.Current.IsInitial, "needs root, for owners and devices");

        // In memory: on a disk, so many files that are made and removed again slow down the tests beside this one.
        ProcessRunner.Run("mount", "-t", "tmpfs", "-o", "size=2g", "none", _temp.CreateDirectory("disk"));
        string source = ManyFilesImage.Write(_temp["image"], Files, seed: 20261121);
        IReadOnlyList<string> sound;
        await using (Store fresh = await PullAsync("disk/fresh", source, driver))
        {
            sound = TreeListing.Of(await TreeAsync(fresh));
        }

        ProcessRunner.Run("rm", "-rf", _temp["disk/fresh"]);
        await using Store store = await PullAsync("disk/root", source, driver);
        string tree = await TreeAsync(store);
        Assert.InRange(sound.Count, Files, Files + 1000);

        using Vandal vandal = new(tree, seed: 7);
        vandal.Damage(Damages);
        output.WriteLine(string.Join(", ", vandal.Counts.Select(count => $"{count.Key}: {count.Value}")));
        Assert.Equal(Damages, vandal.Done.Count);

        // Nothing is fetched: the image's source is gone.
        Directory.Delete(_temp["image"], recursive: true);
        CheckReport found = await store.CheckAsync(new CheckOptions { ReadData = true });
        Assert.Equal(vandal.Done.OrderBy(one => one.Key, StringComparer.Ordinal), Faults(found.Findings));

        // Without reading, all but the bits that were flipped in files that look as before.
        Assert.Equal(
            vandal.Done.Where(one => one.Value != TreeFaults.Content).OrderBy(one => one.Key, StringComparer.Ordinal), Faults((await store.CheckAsync()).Findings));

        CheckReport mended = await store.CheckAsync(new CheckOptions { ReadData = true, Repair = true });
        Assert.True(mended.IsSound);
        Assert.Equal(vandal.Done.OrderBy(one => one.Key, StringComparer.Ordinal), Faults(mended.Findings));
        Assert.All(
            mended.Findings.Where(finding => finding.Faults == TreeFaults.Extra), finding => Assert.EndsWith("; removed", finding.What, StringComparison.Ordinal));
        Assert.Equal(sound, TreeListing.Of(tree));
        Assert.Empty((await store.CheckAsync(new CheckOptions { ReadData = true })).Findings);
    }

    private static IEnumerable<KeyValuePair<string, TreeFaults>> Faults(IEnumerable<CheckFinding> findings) => findings
        .Select(finding => KeyValuePair.Create(finding.Path!.Value.ToString(), finding.Faults))
        .OrderBy(one => one.Key, StringComparer.Ordinal);

    private async Task<Store> PullAsync(string root, string source, StoreDriver driver)
    {
        Store store = await Store.OpenAsync(_temp[root], new StoreOptions { Driver = driver, Sync = false });
        await store.PullAsync(TransportReference.Parse(source), new() { Name = "docker.io/library/many:latest" });
        return store;
    }

    /// <summary>The directory of the large layer; with the native driver that of the whole image, which was copied from that layer's.</summary>
    private static async Task<string> TreeAsync(Store store)
    {
        DirectorySnapshotter snapshots = (DirectorySnapshotter)store.Snapshots;
        string chainId = (await store.LoadAsync(await store.ResolveAsync("many"))).ChainId!.ToString();
        return snapshots is ILayerSnapshotter layered
            ? (await layered.ListLayersAsync()).MaxBy(layer => layer.Usage.Inodes)!.Directory
            : snapshots.Layout.Tree(snapshots.FindTree(chainId)!.Value);
    }
}
