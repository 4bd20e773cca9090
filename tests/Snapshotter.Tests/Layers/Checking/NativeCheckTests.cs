using LayerStore;
using LayerStore.Images;
using LayerStore.Transports;
using Snapshotter.Layers.Check;
using Snapshotter.Layers.Manifest;
using Snapshotter.Linux;
using Snapshotter.Snapshots;

namespace Snapshotter.Tests.Layers.Checking;

/// <summary>The native driver's trees: each a whole root file system with a manifest of its own.</summary>
[Long]
public sealed class NativeCheckTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    public static TheoryData<string> Tags() => [.. TestData.Tags];

    [Theory]
    [MemberData(nameof(Tags))]
    public async Task Unpacking_notes_what_reading_the_whole_tree_again_finds(string tag)
    {
        await using Store store = await PullAsync(tag);
        DirectorySnapshotter snapshots = (DirectorySnapshotter)store.Snapshots;
        await foreach (SnapshotInfo snapshot in snapshots.ListAsync())
        {
            (long tree, Digest manifest) = snapshots.FindManifest(snapshot.Name)!.Value;
            byte[] noted = LayerManifest.ReadVerified(snapshots.Layout.Manifest(tree), manifest);
            using RootDirectory root = RootDirectory.Open(snapshots.Layout.Tree(tree));
            ManifestBuilder.Write(root, _temp["again"], known: null, trueOwners: null, rootMarks: null, CancellationToken.None);
            Assert.Equal(File.ReadAllBytes(_temp["again"]), noted);
        }
    }

    [Theory]
    [MemberData(nameof(CheckTests.Damages), MemberType = typeof(CheckTests))]
    public async Task Damage_is_named_and_healed_in_each_tree(string damage, string path, TreeFaults faults)
    {
        await using Store store = await PullAsync("layers");
        foreach ((SnapshotInfo snapshot, string tree) in await TreesAsync(store, "etc/passwd"))
        {
            string before = TestData.Tree(tree);
            ProcessRunner.Run("sh", "-ec", $"cd \"$1\"; d=$(stat -c %y etc); {{ {damage}; }} 2>/dev/null; touch -d \"$d\" etc", "sh", tree);
            CheckFinding finding = Assert.Single((await store.CheckAsync(new CheckOptions { ReadData = true })).Findings);
            Assert.Equal(
                (CheckSubject.Snapshot, snapshot.Name, path, faults, true), (finding.Subject, finding.Id, finding.Path.ToString(), finding.Faults, finding.IsDamage));
            Assert.True((await store.CheckAsync(new CheckOptions { ReadData = true, Repair = true })).IsSound);
            Assert.Equal(before, TestData.Tree(tree));
        }

        Assert.Empty((await store.CheckAsync(new CheckOptions { ReadData = true })).Findings);
    }

    [Theory]
    [InlineData("t")]
    [InlineData("m")]
    public async Task Trees_without_their_directories_or_manifests_are_made_again_from_the_base_up(string part)
    {
        await using Store store = await PullAsync("layers");
        List<(SnapshotInfo Snapshot, string Tree)> trees = await TreesAsync(store, "");
        string[] before = [.. trees.Select(one => TestData.Tree(one.Tree))];
        ProcessRunner.Script("rm -r \"$1/$2\"/[0-9]*", store.Root, part);
        Assert.Equal(trees.Count, (await store.CheckAsync()).Findings.Count);
        CheckReport mended = await store.CheckAsync(new CheckOptions { Repair = true });
        Assert.True(mended.IsSound, string.Join("\n", mended.Findings));
        Assert.Equal(before, trees.Select(one => TestData.Tree(one.Tree)));
        Assert.Empty((await store.CheckAsync(new CheckOptions { ReadData = true })).Findings);
        Assert.Equal(trees.Count, (await TreesAsync(store, "")).Count);
    }

    private async Task<Store> PullAsync(string tag)
    {
        Store store = await Store.OpenAsync(_temp["root"], new StoreOptions { Driver = StoreDriver.Native });
        await store.PullAsync(TransportReference.Parse(TestData.Source(tag)), new() { Name = ImageName.Normalize(tag) });
        return store;
    }

    /// <summary>The committed snapshots whose trees have a file, the base first.</summary>
    private static async Task<List<(SnapshotInfo Snapshot, string Tree)>> TreesAsync(Store store, string file)
    {
        DirectorySnapshotter snapshots = (DirectorySnapshotter)store.Snapshots;
        List<(SnapshotInfo, string)> trees = [];
        await foreach (SnapshotInfo snapshot in snapshots.ListAsync())
        {
            string tree = snapshots.Layout.Tree(snapshots.FindTree(snapshot.Name)!.Value);
            if (Path.Exists(Path.Join(tree, file)))
            {
                trees.Add((snapshot, tree));
            }
        }

        return [.. trees.OrderBy(one => one.Item2, StringComparer.Ordinal)];
    }
}
