using System.Globalization;
using System.Text.Json.Nodes;
using Cli.Tests.Support;

namespace Cli.Tests.Flow;

/// <summary>gc, why and du: who holds what, and what goes.</summary>
public sealed class SpaceCommandTests : IDisposable
{
    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Gc_takes_what_its_dry_run_lists_and_leaves_what_is_named()
    {
        var layout = new TestLayout(_store["layout"]);
        layout.AddImage("one", TestLayout.Tar("file", "one"));
        string lost = layout.AddImage("two", TestLayout.Tar("file", "two"));
        await _store.LineAsync("pull", layout.Source("two"), "--name", "x", "--no-unpack");
        await _store.LineAsync("pull", layout.Source("one"), "--name", "x", "--no-unpack");

        CliResult planned = (await _store.RunAsync("gc", "--dry-run", "--format", "json")).Expect();
        Assert.Equal(6, (await BlobsAsync()).Length);
        CliResult collected = (await _store.RunAsync("gc", "--format", "json")).Expect();

        Assert.Equal(planned.Output, collected.Output);
        JsonArray rows = JsonNode.Parse(planned.Output)!.AsArray();
        Assert.Equal(3, rows.Count);
        Assert.Contains(rows, row => (string)row!["name"]! == lost && (string)row["kind"]! == "blob");
        long bytes = rows.Sum(row => (long)row!["bytes"]!);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"gc would free {bytes} bytes ("), planned.Error, StringComparison.Ordinal);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"freed {bytes} bytes ("), collected.Error, StringComparison.Ordinal);
        Assert.Equal(3, (await BlobsAsync()).Length);
        Assert.Equal("[]", (await _store.RunAsync("gc", "--format", "json")).Expect().Output.Trim());
    }

    [Fact]
    public async Task Rmi_says_what_it_frees_before_it_does()
    {
        var layout = new TestLayout(_store["layout"]);
        layout.AddImage("one", TestLayout.Tar("file", "one"));
        await _store.LineAsync("pull", layout.Source("one"), "--name", "x", "--no-unpack");
        string before = await _store.StateAsync();

        string said = (await _store.RunAsync("rmi", "--dry-run", "x")).Expect().Error.Trim();
        Assert.Matches("^removing x frees [0-9]+ bytes \\(.*\\); blobs: 3$", said);
        Assert.Equal(before, await _store.StateAsync());

        string[] lines = (await _store.RunAsync("rmi", "x")).Expect().Error.Trim().Split('\n');
        Assert.Equal([said, said.Replace("removing x frees", "removed x; freed", StringComparison.Ordinal)], lines);
        Assert.Empty(await BlobsAsync());
    }

    [Fact]
    public async Task Why_prints_a_way_from_each_root()
    {
        var layout = new TestLayout(_store["layout"]);
        string blob = layout.AddImage("one", TestLayout.Tar("file", "one"));
        string manifest = await _store.LineAsync("pull", layout.Source("one"), "--name", "x", "--no-unpack");

        CliResult table = (await _store.RunAsync("why", blob)).Expect();
        Assert.Equal(["ROOT   PATH", $"image  docker.io/library/x:latest -> manifest {manifest} -> layer blob {blob}"], table.Line.Split('\n'));
        Assert.Equal("docker.io/library/x:latest", await _store.LineAsync("why", "-q", blob));
        JsonNode row = JsonNode.Parse((await _store.RunAsync("why", "--format", "jsonl", blob)).Expect().Line)!;
        Assert.Equal("image", (string)row["root"]!["kind"]!);
        Assert.Equal(["image", "manifest", "layer blob"], row["path"]!.AsArray().Select(step => (string)step!["kind"]!));

        Assert.Equal(2, (await _store.RunAsync("why", "no such key")).ExitCode);
        layout.AddImage("two", TestLayout.Tar("file", "two"));
        await _store.LineAsync("pull", layout.Source("two"), "--name", "x", "--no-unpack");
        CliResult nobody = (await _store.RunAsync("why", blob)).Expect();
        Assert.Equal(["ROOT  PATH"], nobody.Line.Split('\n'));
        Assert.Contains($"nothing holds {blob}: gc frees it", nobody.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_rows_of_du_add_up_to_what_is_on_the_disk()
    {
        var layout = new TestLayout(_store["layout"]);
        layout.AddImage("one", TestLayout.Tar("file", new string('x', 100_000)));
        layout.AddImage("two", TestLayout.Tar("file", "two"));
        await _store.LineAsync("pull", layout.Source("one"), "--name", "x", "--no-unpack");
        await _store.LineAsync("pull", layout.Source("two"), "--name", "y", "--no-unpack");
        File.WriteAllText(Path.Combine(_store.Root, "foreign"), "text");

        CliResult result = (await _store.RunAsync("du", "--format", "json")).Expect();

        JsonArray rows = JsonNode.Parse(result.Output)!.AsArray();
        Assert.Equal(["unique", "unique", "store", "unknown"], rows.Select(row => (string)row!["class"]!));
        long total = rows.Sum(row => (long)row!["totalBytes"]!);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"total: {total} bytes ("), result.Error, StringComparison.Ordinal);
        Assert.All(rows, row => Assert.Equal((long)row!["totalBytes"]!, (long)row["compressedBytes"]! + (long)row["unpackedBytes"]! + (long)row["otherBytes"]!));

        // Its open databases have a log each, which are gone by now.
        long after = long.Parse(ProcessRunner.Run("du", "-sx", "--block-size=1", _store.Root).Output.Split('\t')[0], CultureInfo.InvariantCulture);
        Assert.InRange(total - after, 0, 512 << 10);
    }

    private async Task<string[]> BlobsAsync() =>
        (await _store.RunAsync("content", "ls", "-q")).Expect().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
