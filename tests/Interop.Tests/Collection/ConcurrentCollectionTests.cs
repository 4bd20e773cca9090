using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Interop.Tests.Support;
using Snapshotter;
using Snapshotter.Layers.Check;
using TestData = TestSupport.TestData;

namespace Interop.Tests.Collection;

/// <summary>Processes pull, tag, remove and collect in one store at once: nothing that is reachable is ever freed, and what is not goes.</summary>
public sealed class ConcurrentCollectionTests
{
    private const int Stores = 4;

    // What a name refers to when its turn comes is up to the others: it may be gone, or be taken away meanwhile.
    private static readonly int[] s_allowed = [0, 2];

    [SkippableFact]
    public void What_is_named_or_mounted_is_whole_whatever_the_others_collect()
    {
        Tools.RequireRoot();
        var trees = CollectionProperty.Tags.ToDictionary(Manifest, TestData.ExpectedTree);
        Check.One(
            Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(Stores),
            Prop.ForAll(CollectionProperty.Scripts, (string[][][] scripts) => RunAsync(scripts, trees).GetAwaiter().GetResult()));
    }

    private static async Task RunAsync(string[][][] scripts, Dictionary<string, string> trees)
    {
        using var temp = new TempDirectory();
        var root = temp["store"];

        // One image is mounted, its name gone: only the snapshot holds it.
        (await RunAsync(root, "pull", TestData.Source("layers"), "--name", "mounted", "--no-sync")).Expect();
        (await RunAsync(root, "mount", "mounted", temp["mounted"], "--key", "k")).Expect();
        (await RunAsync(root, "rmi", "mounted")).Expect();

        using var stop = new CancellationTokenSource();
        var collecting = CollectAsync(root, stop.Token);
        await Task.WhenAll(scripts.Select(async script =>
        {
            foreach (var command in script)
            {
                var result = await RunAsync(root, command);
                Assert.True(command[0] is "pull" or "gc" ? result.ExitCode == 0 : s_allowed.Contains(result.ExitCode), result.ToString());
            }
        }));
        await stop.CancelAsync();
        Assert.True(await collecting > 0);

        await using var store = await Store.OpenAsync(root, new StoreOptions { Sync = false });
        Assert.Equal(trees[Manifest("layers")], TestData.Tree(temp["mounted"]));
        var report = await store.CheckAsync(new CheckOptions { ReadData = true });
        Assert.Empty(report.Findings);
        var count = 0;
        await foreach (var image in store.Images.ListAsync())
        {
            var plain = temp[string.Create(CultureInfo.InvariantCulture, $"plain-{count++}")];
            await store.UnpackAsync(image.Name, plain);
            Assert.Equal(trees[image.Manifest.Digest.ToString()], TestData.Tree(plain));
        }

        Assert.Empty(await store.Leases.ListAsync().ToListAsync());
        await AssertEmptiesAsync(store);
    }

    private static async Task AssertEmptiesAsync(Store store)
    {
        await foreach (var image in store.Images.ListAsync())
            await store.RemoveImageAsync(image.Name);
        await store.UnmountAsync("k", remove: true);
        await store.CollectAsync();
        Assert.Empty(await store.Content.ListAsync().ToListAsync());
        Assert.Empty(await store.Snapshots.ListAsync().ToListAsync());
        Assert.DoesNotContain(Directory.EnumerateDirectories(Path.Combine(store.Root, "t")), path => Path.GetFileName(path) != "0");
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(store.Root, "trash")));
    }

    private static async Task<int> CollectAsync(string root, CancellationToken stop)
    {
        var count = 0;
        while (!stop.IsCancellationRequested)
        {
            (await RunAsync(root, "gc")).Expect();
            count++;
        }

        return count;
    }

    private static string Manifest(string tag)
    {
        using var temp = new TempDirectory();
        return CliProgram.Command("--root", temp["store"], "pull", TestData.Source(tag), "--name", "x", "--no-unpack", "--no-sync").Run().Expect().Output.Trim();
    }

    private static Task<ToolResult> RunAsync(string root, params string[] arguments) => CliProgram.Command(["--root", root, .. arguments]).RunAsync();
}
