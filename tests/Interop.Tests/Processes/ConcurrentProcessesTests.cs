using Interop.Tests.BadInput;
using Interop.Tests.Support;
using LayerStore.Transports;
using Snapshotter;

namespace Interop.Tests.Processes;

/// <summary>Several processes of the command line use one store at once.</summary>
public sealed class ConcurrentProcessesTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [SkippableFact]
    public async Task Four_pull_the_same_image_into_a_new_store()
    {
        Tools.RequireRoot();
        ToolResult[] results = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => RunAsync("pull", TestData.Source("layers"), "--name", "same")));

        Assert.All(results, result => result.Expect());
        Assert.Single(results.Select(result => result.Output).Distinct());
        Assert.Equal(await ListingOfOnePullAsync("layers"), await ListingAsync());
        await using Store store = await Store.OpenAsync(_temp["store"]);
        await store.UnpackAsync("same", _temp["tree"]);
        Assert.Equal(TestData.ExpectedTree("layers"), TestData.Tree(_temp["tree"]));
    }

    [SkippableFact]
    public async Task Some_pull_some_fail_and_some_remove_and_what_is_named_is_whole()
    {
        Tools.RequireRoot();
        var broken = new EditableLayout(_temp["broken"], "layers");
        broken.EditConfig(config => config["rootfs"]!["diff_ids"]![5] = "sha256:" + new string('1', 64));
        (await RunAsync("pull", TestData.Source("busybox"), "--name", "short-lived")).Expect();

        ToolResult[] results = await Task.WhenAll(
            RunAsync("pull", TestData.Source("layers"), "--name", "same"),
            RunAsync("pull", broken.Source, "--name", "broken"),
            RunAsync("rmi", "short-lived"),
            RunAsync("pull", TestData.Source("layers"), "--name", "same"));

        Assert.Equal([0, 3, 0, 0], results.Select(result => result.ExitCode));
        Assert.Equal(await ListingOfOnePullAsync("layers"), await ListingAsync());
        (await RunAsync("unpack", "same", _temp["tree"])).Expect();
        Assert.Equal(TestData.ExpectedTree("layers"), TestData.Tree(_temp["tree"]));
    }

    private Task<ToolResult> RunAsync(params string[] arguments) =>
        CliProgram.Command(["--root", _temp["store"], .. arguments]).RunAsync();

    // Numbers of trees differ from run to run; how many there are does not.
    private async Task<string> ListingAsync(string root = "store")
    {
        await using Store store = await Store.OpenAsync(_temp[root]);
        var lines = (await StoreListing.OfAsync(store)).Split('\n');
        var numbered = lines.Where(line => line.StartsWith("file t/", StringComparison.Ordinal) || line.StartsWith("file m/", StringComparison.Ordinal));
        return string.Join('\n', lines.Except(numbered).Append($"{numbered.Count()} trees and manifests"));
    }

    private async Task<string> ListingOfOnePullAsync(string tag)
    {
        await using (Store store = await Store.OpenAsync(_temp["alone"], new StoreOptions { Sync = false }))
            await store.PullAsync(TransportReference.Parse(TestData.Source(tag)), new() { Name = "same" });
        return await ListingAsync("alone");
    }
}
