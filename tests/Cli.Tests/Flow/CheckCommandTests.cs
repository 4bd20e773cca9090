using System.Text.Json;
using Cli.Tests.Support;

namespace Cli.Tests.Flow;

public sealed class CheckCommandTests
{
    [Theory]
    [InlineData("overlay")]
    [InlineData("native")]
    public async Task Damage_is_listed_with_exit_code_3_and_a_repair_ends_with_0(string driver)
    {
        using TestStore store = new();
        TestLayout layout = new(store["layout"]);
        layout.AddImage("v1", TestLayout.Tar("file", "content"));
        await store.LineAsync("--driver", driver, "pull", layout.Source("v1"), "--name", "a");
        Assert.Equal("[]\n", (await store.RunAsync("check", "--read-data", "--format", "json")).Expect().Output);

        string file = Directory.EnumerateFiles(Path.Combine(store.Root, "t"), "file", SearchOption.AllDirectories).Single();
        DateTime time = File.GetLastWriteTimeUtc(file);
        File.WriteAllText(file, "CONTENT");
        File.SetLastWriteTimeUtc(file, time);
        (await store.RunAsync("check")).Expect();
        CliResult found = (await store.RunAsync("check", "--read-data", "--max-rate", "1G", "--format", "jsonl")).ExpectError(3, "the store is damaged in 1 places", "check --repair");
        using (JsonDocument json = JsonDocument.Parse(found.Output))
        {
            Assert.Equal(driver == "native" ? "snapshot" : "layer", json.RootElement.GetProperty("subject").GetString());
            Assert.Equal("file", json.RootElement.GetProperty("path").GetString());
            Assert.Equal("content", Assert.Single(json.RootElement.GetProperty("faults").EnumerateArray()).GetString());
        }

        CliResult mended = (await store.RunAsync("check", "--read-data", "--repair")).Expect();
        Assert.Contains("other content; replaced", mended.Output, StringComparison.Ordinal);
        Assert.Equal("content", File.ReadAllText(file));
        Assert.Contains("damaged: 0, repaired: 0, notes: 0", (await store.RunAsync("check", "--read-data")).Expect().Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task How_far_it_is_goes_to_standard_error()
    {
        using TestStore store = new();
        TestLayout layout = new(store["layout"]);
        layout.AddImage("v1", TestLayout.Tar("file", "content"));
        await store.LineAsync("pull", layout.Source("v1"), "--name", "a");
        string[] lines = (await store.RunAsync("check", "--read-data", "--progress", "json")).Expect().Error
            .Split('\n').Where(line => line.StartsWith('{')).ToArray();
        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.Contains("\"stage\":\"check\"", line, StringComparison.Ordinal));

        // Three blobs and a layer.
        Assert.Equal(4, lines.Count(line => line.Contains("\"state\":\"done\"", StringComparison.Ordinal)));
        Assert.Equal(4, (await store.RunAsync("check", "--read-data", "--progress", "plain")).Expect().Error.Split('\n').Count(line => line.Contains(" checked (", StringComparison.Ordinal)));
        Assert.DoesNotContain(" checked (", (await store.RunAsync("check", "--read-data", "--progress", "none")).Expect().Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_store_nothing_is_wrong_and_nothing_is_made()
    {
        using TestStore store = new();
        Assert.Contains("no store here", (await store.RunAsync("check", "--repair")).Expect().Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(store.Root));
    }
}
