using System.Text.Json.Nodes;
using Cli.Tests.Support;
using LayerStore;
using LayerStore.Content;
using Snapshotter;

namespace Cli.Tests.Flow;

/// <summary>What the commands show and do of what another owner has, as a daemon's socket.</summary>
public sealed class OwnerCommandTests : IDisposable
{
    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Why_says_that_the_owner_claims_a_blob_and_rm_refuses_it()
    {
        var layout = new TestLayout(_store["layout"]);
        string blob = layout.AddImage("one", TestLayout.Tar("file", "one"));
        string manifest = await _store.LineAsync("pull", layout.Source("one"), "--name", "x", "--no-unpack");
        await ClaimAsync(blob);

        string[] lines = (await _store.RunAsync("why", blob)).Expect().Line.Split('\n');
        Assert.Equal(
            ["ROOT   PATH", $"image  docker.io/library/x:latest -> manifest {manifest} -> layer blob {blob}", $"owner  containerd claims blob {blob}"],
            [lines[0], .. lines[1..].Order(StringComparer.Ordinal)]);
        CliResult refused = await _store.RunAsync("content", "rm", blob);
        Assert.Equal(4, refused.ExitCode);
        Assert.Contains($"error: blob {blob} is claimed by containerd", refused.Error, StringComparison.Ordinal);

        string[] said = (await _store.RunAsync("rmi", "x")).Expect().Error.Trim().Split('\n');
        Assert.Equal("kept what these owners use: containerd", said[^1]);
        Assert.Equal(blob, await _store.LineAsync("content", "ls", "-q"));
        Assert.Equal("[]", (await _store.RunAsync("gc", "--format", "json")).Expect().Output.Trim());

        (await _store.RunAsync("content", "rm", "--owner", "containerd", blob)).Expect();
        Assert.Equal(2, (await _store.RunAsync("content", "rm", "--owner", "containerd", blob)).ExitCode);
        Assert.Equal(blob, await _store.LineAsync("gc", "-q"));
    }

    [Fact]
    public async Task Listings_show_the_command_lines_own_unless_another_owner_is_named()
    {
        await using (Store other = await OpenAsync())
        {
            await other.Snapshots.PrepareAsync("k", null);
            await other.Content.WriteBlobAsync("w", new byte[3], labels: new Dictionary<string, string> { ["theirs"] = "x" });
            using IngestWriter writer = await other.Content.BeginIngestAsync("left");
        }

        (await _store.RunAsync("snapshot", "prepare", "k", "--label", "mine=x")).Expect();

        Assert.Equal(["cli", "containerd"], Owners(await _store.RunAsync("snapshot", "ls", "--all-owners", "--format", "json")));
        Assert.Equal(["cli"], Owners(await _store.RunAsync("snapshot", "ls", "--format", "json")));
        Assert.Equal(["containerd"], Owners(await _store.RunAsync("snapshot", "ls", "--owner", "containerd", "--format", "json")));
        string[] table = (await _store.RunAsync("snapshot", "ls", "--all-owners")).Expect().Output.Split('\n');
        Assert.Equal(["OWNER", "cli", "containerd"], table[..3].Select(line => line.Split(' ')[0]));
        Assert.StartsWith("NAME  KIND", (await _store.RunAsync("snapshot", "ls")).Expect().Output, StringComparison.Ordinal);

        Assert.DoesNotContain("theirs", (await _store.RunAsync("content", "ls", "--format", "json")).Expect().Output, StringComparison.Ordinal);
        Assert.Contains("theirs", (await _store.RunAsync("content", "ls", "--owner", "containerd", "--format", "json")).Expect().Output, StringComparison.Ordinal);
        Assert.Equal("", (await _store.RunAsync("content", "ingests", "-q")).Expect().Output);
        Assert.Equal("left", await _store.LineAsync("content", "ingests", "-q", "--owner", "containerd"));

        (await _store.RunAsync("content", "abort", "--owner", "containerd", "left")).Expect();
        (await _store.RunAsync("snapshot", "rm", "--owner", "containerd", "k")).Expect();
        Assert.Equal(["cli"], Owners(await _store.RunAsync("snapshot", "ls", "--all-owners", "--format", "json")));
    }

    [Fact]
    public async Task Without_a_store_all_owners_have_nothing() =>
        Assert.Equal("[]", (await _store.RunAsync("snapshot", "ls", "--all-owners", "--format", "json")).Expect().Output.Trim());

    private static string[] Owners(CliResult result) =>
        [.. JsonNode.Parse(result.Expect().Output)!.AsArray().Select(row => (string)row!["owner"]!)];

    private Task<Store> OpenAsync() => Store.OpenAsync(_store.Root, new StoreOptions { Owner = "containerd", Sync = false });

    private async Task ClaimAsync(string digest)
    {
        await using Store other = await OpenAsync();
        LayerStoreException e = await Assert.ThrowsAsync<LayerStoreException>(
            () => other.Content.BeginIngestAsync("r", new ExpectedBlob(LayerStore.Digest.Parse(digest), null)));
        Assert.Equal(ErrorKind.AlreadyExists, e.Kind);
    }
}
