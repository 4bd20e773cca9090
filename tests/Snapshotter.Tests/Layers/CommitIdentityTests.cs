using System.Text.RegularExpressions;
using LayerStore;
using LayerStore.Images;
using Snapshotter.Layers;
using Snapshotter.Layers.Apply;
using Snapshotter.Layers.Commit;
using Snapshotter.Layers.Unpack;
using Snapshotter.Snapshots;
using Snapshotter.Tests.Contracts;

namespace Snapshotter.Tests.Layers;

/// <summary>
/// Whatever is done in a mounted snapshot, its commit is what was mounted: seen through a mount of the new image, after a plain unpack
/// of its blobs, and in the layer that was registered without unpacking it. Changes are random, several commits deep.
/// </summary>
public sealed partial class CommitIdentityTests : IDisposable
{
    private const int Commits = 3;

    private readonly TempDirectory _temp = new();

    public static TheoryData<int, StoreDriver, bool> Histories_of_each_kind()
    {
        TheoryData<int, StoreDriver, bool> cases = [];
        for (int seed = 0; seed < Histories.Count; seed++)
        {
            // Every kind gets its share of the seeds; the walking differ needs fewer, there is nothing of overlay's to resolve.
            cases.Add(1000 + seed, seed % 5 == 0 ? StoreDriver.Native : StoreDriver.Overlay, seed % 2 == 0);
        }

        return cases;
    }

    public void Dispose() => _temp.Dispose();

    [SkippableTheory]
    [MemberData(nameof(Histories_of_each_kind))]
    public async Task A_commit_is_what_was_mounted(int seed, StoreDriver driver, bool mounted)
    {
        Tools.RequireRoot();
        Tools.Require("setfattr");
        RandomHistory history = new(seed);
        await using Store store = await Store.OpenAsync(_temp["root"], new StoreOptions { Driver = driver, Sync = false });
        bool isGivenAway = driver == StoreDriver.Overlay && !mounted;
        Digest? chain = null;
        await store.Snapshots.PrepareAsync("k0", parent: null);
        for (int round = 0; round < Commits; round++)
        {
            // A snapshot that gives its upper away goes on upon its new layer. Another stays where it is: the next commit is of a new one.
            string key = isGivenAway ? "k0" : $"k{round}";
            if (!isGivenAway && round > 0)
            {
                await store.Snapshots.PrepareAsync(key, chain!.ToString());
            }

            string script = history.Script(40);
            (CommitResult result, IReadOnlyList<string> expected) = await ChangeAndCommitAsync(store, key, script, $"image{round}", mounted);
            ImageView view = await store.LoadAsync(result.Image);
            chain = view.ChainId;
            Assert.Equal(round + 1, view.Layers.Count);
            await AssertIsAsync(store, view, expected, $"seed {seed}, round {round}:\n{script}");
        }
    }

    private async Task<(CommitResult Result, IReadOnlyList<string> Expected)> ChangeAndCommitAsync(
        Store store, string key, string script, string name, bool mounted)
    {
        IReadOnlyList<string> expected;
        CommitResult? result = null;
        using (MountedSnapshot mount = new(await store.Snapshots.MountsAsync(key), _temp["m"]))
        {
            Shell.Run(mount.Path, script);
            expected = TreeListing.Of(mount.Path);
            if (mounted)
            {
                result = await store.CommitAsync(key, name);
                Assert.Equal(expected, TreeListing.Of(mount.Path));
            }
        }

        return (result ?? await store.CommitAsync(key, name), expected);
    }

    private async Task AssertIsAsync(Store store, ImageView view, IReadOnlyList<string> expected, string what)
    {
        await store.Snapshots.ViewAsync("view", view.ChainId!.ToString());
        using (MountedSnapshot mount = new(await store.Snapshots.MountsAsync("view"), _temp["v"]))
        {
            AssertSame(
                store.Snapshots is ILayerSnapshotter ? expected : WithoutOverlay(expected), TreeListing.Of(mount.Path), "mount", what);
        }

        await store.Snapshots.RemoveAsync("view");

        // A plain tree has no place for the attributes of a nested overlay: unpacking drops them.
        AssertSame(WithoutOverlay(expected), await UnpackPlainlyAsync(store, view), "unpack", what);
        if (store.Snapshots is ILayerSnapshotter layered)
        {
            SnapshotStack stack = await layered.StackAsync(view.ChainId.ToString());
            string layer = Directory.CreateDirectory(_temp["layer"]).FullName;
            LayerExtractor extractor = new(new ContentBlobProvider(store.Content), LayerOptions.Default, progress: null);
            await extractor.ExtractAsync(view.Layers[^1], layer, extractor.ApplyOptions(WhiteoutMode.Overlay), CancellationToken.None);
            AssertSame(LayerListing(layer), LayerListing(stack.Lowers[0]), "registered layer", what);
            Shell.Run(_temp.FullPath, "rm -rf layer");
        }
    }

    private static void AssertSame(IEnumerable<string> expected, IEnumerable<string> actual, string what, string history)
    {
        string[] missing = [.. expected.Except(actual)];
        string[] wrong = [.. actual.Except(expected)];
        Assert.True(
            missing.Length == 0 && wrong.Length == 0,
            $"{what}\n--- should be\n{string.Join('\n', missing)}\n--- is\n{string.Join('\n', wrong)}\n--- {history}");
    }

    private static IEnumerable<string> WithoutOverlay(IEnumerable<string> lines) =>
        lines.Select(line => NestedOverlay().Replace(line, "").Replace(" ]", "]", StringComparison.Ordinal));

    [GeneratedRegex(@"trusted\.overlay\.[a-z.]+=.*?\\x0a\\x00 ?")]
    private static partial Regex NestedOverlay();

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_limit_on_times_holds_for_the_registered_layer_as_for_its_blob(bool mounted)
    {
        Tools.RequireRoot();
        await using Store store = await Store.OpenAsync(_temp["root"], new StoreOptions { Driver = StoreDriver.Overlay, Sync = false });
        await store.Snapshots.PrepareAsync("k", parent: null);
        CommitOptions options = new() { SourceDate = DateTimeOffset.FromUnixTimeSeconds(1000) };
        CommitResult? result = null;
        using (MountedSnapshot mount = new(await store.Snapshots.MountsAsync("k"), _temp["m"]))
        {
            Shell.Run(mount.Path, "mkdir d; touch -d @999.5 old; touch d/new; ln -s new d/link");
            result = mounted ? await store.CommitAsync("k", "image", options) : null;
        }

        result ??= await store.CommitAsync("k", "image", options);
        ImageView view = await store.LoadAsync(result.Image);
        IReadOnlyList<string> unpacked = await UnpackPlainlyAsync(store, view);
        Assert.Equal([" 1000.000000000", " 1000.000000000", " 1000.000000000", " 1000.000000000", " 999.500000000"], unpacked.Select(line => Time().Match(line).Value));
        await AssertIsAsync(store, view, unpacked, "limited");
    }

    private async Task<IReadOnlyList<string>> UnpackPlainlyAsync(Store store, ImageView view)
    {
        await DirectoryUnpacker.UnpackAsync(
            new ContentBlobProvider(store.Content), view, _temp["plain"], new UnpackOptions { Sync = false }, progress: null, CancellationToken.None);
        IReadOnlyList<string> listing = TreeListing.Of(_temp["plain"]);
        Shell.Run(_temp.FullPath, "rm -rf plain");
        return listing;
    }

    /// <summary>What a layer's directory means: its root and the metadata of whiteouts mean nothing.</summary>
    private static IEnumerable<string> LayerListing(string directory) =>
        TreeListing.Of(directory).Skip(1).Select(line => Whiteout().Replace(line, " whiteout"));

    [GeneratedRegex(@" \d+\.\d{9}")]
    private static partial Regex Time();

    [GeneratedRegex(@" CharacterDevice \d+ 0:0 0:0 .*$", RegexOptions.Singleline)]
    private static partial Regex Whiteout();
}
