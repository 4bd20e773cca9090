using FsCheck;
using FsCheck.Fluent;
using Interop.Tests.Support;
using Snapshotter;
using Snapshotter.Layers.Check;
using TestData = TestSupport.TestData;

namespace Interop.Tests.Collection;

/// <summary>Processes of the command line pull, tag, remove and collect, while two other owners write, claim, adopt and remove in the same store.</summary>
public sealed class OwnerCollectionTests
{
    private const int Stores = 3;

    // What a name refers to when its turn comes is up to the others: it may be gone, or be taken away meanwhile.
    private static readonly int[] s_allowed = [0, 2];

    private static Gen<OwnerStep> Step { get; } =
        from kind in Gen.Frequency(
            (4, Gen.Constant(OwnerStepKind.Write)),
            (2, Gen.Constant(OwnerStepKind.Delete)),
            (3, Gen.Constant(OwnerStepKind.Adopt)),
            (2, Gen.Constant(OwnerStepKind.Prepare)),
            (2, Gen.Constant(OwnerStepKind.Remove)),
            (2, Gen.Constant(OwnerStepKind.Reclaim)))
        from choice in Gen.Choose(0, 1000)
        select new OwnerStep(kind, choice);

    private static Arbitrary<(string[][][] Scripts, OwnerStep[][] Steps)> Runs { get; } = Arb.From(
        from scripts in CollectionProperty.Scripts.Generator
        from steps in Step.ArrayOf(25).ArrayOf(2)
        select (scripts[..2], steps));

    [SkippableFact]
    public async Task Nothing_that_anybody_holds_is_freed_and_nothing_is_left_when_all_give_up()
    {
        Tools.RequireRoot();
        using var temp = new TempDirectory();
        List<KnownImage> images = [];
        await using (var scratch = await Store.OpenAsync(temp["scratch"], new StoreOptions { Sync = false }))
        {
            foreach (var tag in CollectionProperty.Tags)
                images.Add(await KnownImage.LoadAsync(scratch, tag));
        }

        Check.One(
            Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(Stores),
            Prop.ForAll(Runs, run => RunAsync(run.Scripts, run.Steps, images).GetAwaiter().GetResult()));
    }

    private static async Task RunAsync(string[][][] scripts, OwnerStep[][] steps, List<KnownImage> images)
    {
        using var temp = new TempDirectory();
        var root = temp["store"];

        // Something to adopt is there from the beginning, and goes when its name is taken.
        (await RunCommandAsync(root, ["pull", TestData.Source("layers"), "--name", "one", "--no-sync"])).Expect();
        await using var first = new OwnerActor(await OpenAsync(root, "first"), images);
        await using var second = new OwnerActor(await OpenAsync(root, "second"), images);
        await Task.WhenAll(
        [
            Task.Run(() => first.RunAsync(steps[0])),
            Task.Run(() => second.RunAsync(steps[1])),
            .. scripts.Select(script => RunAsync(root, script)),
        ]);

        await using var store = await OpenAsync(root, LayerStore.StoreOwner.CommandLine);
        Assert.Empty((await store.CheckAsync(new CheckOptions { ReadData = true })).Findings);
        await foreach (var image in store.Images.ListAsync())
            await store.RemoveImageAsync(image.Name);
        await store.CollectAsync();
        await first.AssertHasAllAsync();
        await second.AssertHasAllAsync();

        // The command line has nothing any more: what goes now goes without a collection.
        await first.GiveUpEverythingAsync();
        await first.ReclaimAsync();
        await second.AssertHasAllAsync();
        await second.GiveUpEverythingAsync();
        await second.ReclaimAsync();
        Assert.Equal([LayerStore.StoreOwner.CommandLine], store.ListOwners());
        Assert.Empty(await store.Content.ListAsync().ToListAsync());
        Assert.DoesNotContain(Directory.EnumerateDirectories(Path.Combine(root, "t")), path => Path.GetFileName(path) != "0");
        Assert.All((string[])["m", "w", "trash", "ingest"], name => Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(root, name))));
    }

    private static async Task RunAsync(string root, string[][] script)
    {
        foreach (var command in script)
        {
            var result = await RunCommandAsync(root, command);
            Assert.True(command[0] is "pull" or "gc" ? result.ExitCode == 0 : s_allowed.Contains(result.ExitCode), result.ToString());
        }
    }

    private static Task<Store> OpenAsync(string root, string owner) => Store.OpenAsync(root, new StoreOptions { Owner = owner, Sync = false });

    private static Task<ToolResult> RunCommandAsync(string root, string[] arguments) => CliProgram.Command(["--root", root, .. arguments]).RunAsync();
}
