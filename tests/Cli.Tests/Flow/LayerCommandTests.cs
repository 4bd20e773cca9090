using System.Globalization;
using Cli.Tests.Support;

namespace Cli.Tests.Flow;

/// <summary>The tar engine alone, on directories.</summary>
public sealed class LayerCommandTests
{
    [SkippableFact]
    public async Task A_difference_applied_to_the_older_tree_gives_the_newer_one()
    {
        Tools.RequireRoot();
        using TestStore store = new();
        (await store.RunAsync("unpack", TestData.Source("busybox"), store["old"])).Expect();
        (await store.RunAsync("unpack", TestData.Source("layers"), store["new"])).Expect();
        byte[] layer = (await store.RunAsync("layer", "diff", store["old"], store["new"])).Expect().OutputBytes;
        foreach (byte[] packed in (byte[][])[layer, TestLayout.Gzip(layer)])
        {
            (await new CommandRun { Input = packed }.InvokeAsync("layer", "apply", store["old"])).Expect();
            Assert.Equal(TestData.ExpectedTree("layers"), TestData.Tree(store["old"]));
        }

        Assert.False(Directory.Exists(store.Root));
    }

    [SkippableFact]
    public async Task Layers_in_overlays_form_show_the_image_when_they_are_stacked()
    {
        Tools.RequireRoot();
        Tools.RequireFileSystem("overlay");
        using TestStore store = new();
        (await store.RunAsync("unpack", TestData.Source("whiteouts"), store["new"])).Expect();
        (await store.RunAsync("unpack", TestData.Source("busybox"), store["old"])).Expect();
        byte[] below = (await store.RunAsync("layer", "diff", store.Temp.CreateDirectory("empty"), store["old"])).Expect().OutputBytes;
        byte[] above = (await store.RunAsync("layer", "diff", store["old"], store["new"])).Expect().OutputBytes;
        (await new CommandRun { Input = below }.InvokeAsync("layer", "apply", "--overlay", "--parents=", store["l1"])).Expect();
        (await new CommandRun { Input = above }.InvokeAsync("layer", "apply", "--overlay", "--parents", store["l1"], store["l2"])).Expect();
        ProcessRunner.Run("mount", "-t", "overlay", "overlay", "-o", $"lowerdir={store["l2"]}:{store["l1"]}", store.Temp.CreateDirectory("mnt"));
        Assert.Equal(TestData.ExpectedTree("whiteouts"), TestData.Tree(store["mnt"]));
    }

    [Fact]
    public async Task Later_times_become_that_of_the_source()
    {
        using TestStore store = new();
        string newer = store.Temp.CreateDirectory("newer");
        foreach ((string name, string time) in (ReadOnlySpan<(string, string)>)[("before", "2022-01-01T00:00:00Z"), ("after", "2024-01-01T00:00:00Z")])
        {
            File.WriteAllText(Path.Combine(newer, name), name);
            File.SetLastWriteTimeUtc(Path.Combine(newer, name), DateTimeOffset.Parse(time, CultureInfo.InvariantCulture).UtcDateTime);
        }

        CommandRun dated = new() { Variables = new Dictionary<string, string> { ["SOURCE_DATE_EPOCH"] = "1672531200" } };
        byte[] layer = (await dated.InvokeAsync("layer", "diff", store.Temp.CreateDirectory("empty"), newer)).Expect().OutputBytes;
        (await new CommandRun { Input = layer }.InvokeAsync("layer", "apply", store["applied"])).Expect();
        Assert.Equal(new DateTime(2022, 1, 1, 0, 0, 0, DateTimeKind.Utc), File.GetLastWriteTimeUtc(store["applied/before"]));
        Assert.Equal(new DateTime(2023, 1, 1, 0, 0, 0, DateTimeKind.Utc), File.GetLastWriteTimeUtc(store["applied/after"]));
    }

    [Fact]
    public async Task A_truncated_layer_is_refused()
    {
        using TestStore store = new();
        byte[] tar = TestLayout.Tar("file", new string('x', 1000));
        (await new CommandRun { Input = TestLayout.Gzip(tar)[..^1] }.InvokeAsync("layer", "apply", store["a"])).ExpectError(3, "truncated");
        (await new CommandRun { Input = tar[..^1500] }.InvokeAsync("layer", "apply", store["b"])).ExpectError(3, "hint: ");
    }

    [Fact]
    public async Task An_error_says_that_what_was_applied_stays()
    {
        using TestStore store = new();
        byte[] tar = TestLayout.Tar("file", new string('x', 1000));
        byte[] damaged = [.. tar[..2048], .. new byte[512], .. tar[..^1]];
        (await new CommandRun { Input = damaged }.InvokeAsync("layer", "apply", store["a"])).ExpectError(3, "hint: ", $"What was applied to {store["a"]} before the error stays there.");
        Assert.True(File.Exists(store["a/file"]));
    }

    /// <summary>As for GNU tar, containerd and Go's archive/tar, no bytes are an archive without entries.</summary>
    [Fact]
    public async Task Empty_input_is_an_empty_layer()
    {
        using TestStore store = new();
        (await new CommandRun { Input = [] }.InvokeAsync("layer", "apply", store["a"])).Expect();
        (await new CommandRun { Input = new byte[1024] }.InvokeAsync("layer", "apply", store["a"])).Expect();
        Assert.Empty(Directory.EnumerateFileSystemEntries(store["a"]));
    }

    [Fact]
    public async Task A_file_where_a_directory_should_be_is_said_with_a_hint()
    {
        using TestStore store = new();
        string file = store.Temp.WriteFile("file", "");
        (await store.RunAsync("layer", "apply", file)).ExpectError(4, "is not a directory", $"hint: The layer comes from standard input: layerstore layer apply DIR [options] < {file}");
        (await store.RunAsync("layer", "apply", $"{file}/x")).ExpectError(4, $"{file} is not a directory", "hint: ");
        (await store.RunAsync("unpack", TestData.Source("busybox"), $"{file}/x")).ExpectError(4, $"{file} is not a directory", "hint: ");
        (await store.RunAsync("unpack", TestData.Source("busybox"), file)).ExpectError(4, "is not an empty directory", "hint: ");
    }

    [Fact]
    public async Task Limits_are_kept()
    {
        using TestStore store = new();
        CommandRun layer = new() { Input = TestLayout.Tar("file", new string('x', 5000)) };
        (await layer.InvokeAsync("layer", "apply", store["a"], "--max-file-size", "4K")).ExpectError(3, "MaxFileBytes");
        (await layer.InvokeAsync("layer", "apply", store["b"], "--max-layer-size", "4K")).ExpectError(3);
        (await layer.InvokeAsync("layer", "apply", store["c"], "--max-entries", "1", "--max-file-size", "5000")).Expect();
    }

    [Fact]
    public async Task A_directory_that_is_not_there_is_said()
    {
        using TestStore store = new();
        (await store.RunAsync("layer", "diff", store["nothing"], store.Temp.FullPath)).ExpectError(2, "nothing");
        (await new CommandRun { IsTerminal = true }.InvokeAsync("layer", "diff", "/", "/")).ExpectError(64, "terminal");
    }
}
