using System.Text.Json;
using Cli.Tests.Support;

namespace Cli.Tests.Flow;

/// <summary>The main job on a real image, every command twice: pull, look, mount, change, diff, commit, push, remove.</summary>
public sealed class MainFlowTests
{
    [SkippableFact]
    public async Task A_real_image_goes_in_is_changed_and_comes_out()
    {
        Tools.RequireRoot();
        using TestStore store = new();
        string digest = await store.LineAsync("pull", TestData.Source("layers"));
        Assert.Equal(digest, await store.LineAsync("pull", TestData.Source("layers")));
        Assert.Equal(DigestInLayout("layers"), digest);

        // Look.
        Assert.Equal("docker.io/library/layers:latest", await store.LineAsync("images", "-q"));
        using (JsonDocument details = JsonDocument.Parse((await store.RunAsync("inspect", "layers")).Expect().Output))
        {
            Assert.Equal(digest, details.RootElement.GetProperty("manifest").GetProperty("digest").GetString());
            Assert.Equal(6, details.RootElement.GetProperty("layers").GetArrayLength());
        }

        CliResult raw = (await store.RunAsync("inspect", "layers", "--raw", "manifest")).Expect();
        Assert.Equal(digest, TestLayout.DigestOf(raw.OutputBytes));
        Assert.Equal(raw.OutputBytes, (await store.RunAsync("content", "cat", digest)).Expect().OutputBytes);
        Assert.Equal(6, (await store.RunAsync("history", "layers", "-q")).Expect().Output.TrimEnd('\n').Split('\n').Length);

        // Unpack and mount show the same tree.
        (await store.RunAsync("unpack", "layers", store["plain"])).Expect();
        Assert.Equal(TestData.ExpectedTree("layers"), TestData.Tree(store["plain"]));
        (await store.RunAsync("unpack", "layers", store["plain"])).ExpectError(4);
        Assert.Equal("my key", await store.LineAsync("mount", "layers", store["mnt"], "--key", "my key"));
        Assert.Equal("my key", await store.LineAsync("mount", "layers", store["mnt"], "--key", "my key"));
        Assert.Equal(TestData.ExpectedTree("layers"), TestData.Tree(store["mnt"]));

        // Change.
        File.WriteAllText(Path.Combine(store["mnt"], "new"), "content");
        File.Delete(Path.Combine(store["mnt"], "bin/busybox"));
        Assert.Equal(["added new", "deleted bin/busybox", "modified .", "modified bin"], Changes(await store.RunAsync("diff", "my key", "--summary")));
        (await store.RunAsync("diff", "my key", "-o", store["layer.tar"])).Expect();
        (await store.RunAsync("diff", "my key", "-o", store["layer.tar"])).Expect();
        Assert.Equal((await store.RunAsync("diff", "my key")).Expect().OutputBytes, File.ReadAllBytes(store["layer.tar"]));
        Assert.Contains("bin/.wh.busybox", ProcessRunner.Run("tar", "-tf", store["layer.tar"]).Lines);

        // Commit while it is mounted, and look at the result.
        string committed = await store.LineAsync("commit", "my key", "changed", "--message", "a change", "--author", "me");
        Assert.NotEqual(digest, committed);
        string changed = TestData.Tree(store["mnt"]);
        (await store.RunAsync("mount", "changed", store["ro"], "--read-only")).Expect();
        Assert.Equal(changed, TestData.Tree(store["ro"]));
        Assert.Throws<IOException>(() => File.WriteAllText(Path.Combine(store["ro"], "x"), ""));
        Assert.Contains("a change", (await store.RunAsync("history", "changed", "--no-trunc")).Expect().Output, StringComparison.Ordinal);

        // Out, and in again elsewhere.
        (await store.RunAsync("push", "changed", $"oci:{store["out"]}:v1")).Expect();
        (await store.RunAsync("push", "changed", $"oci:{store["out"]}:v1")).Expect();
        (await store.RunAsync("unpack", $"oci:{store["out"]}:v1", store["again"])).Expect();
        Assert.Equal(changed, TestData.Tree(store["again"]));

        // Away.
        (await store.RunAsync("umount", store["mnt"], "--rm")).Expect();
        (await store.RunAsync("umount", store["mnt"], "--rm")).ExpectError(2);
        (await store.RunAsync("umount", store["ro"])).Expect();
        (await store.RunAsync("rmi", "layers", "changed")).Expect();
        (await store.RunAsync("rmi", "layers")).ExpectError(2, "layers");
        Assert.Empty((await store.RunAsync("content", "ls", "-q")).Expect().Output);
        Assert.Empty((await store.RunAsync("snapshot", "ls", "-q")).Expect().Output);
    }

    [SkippableTheory]
    [InlineData("gzip")]
    [InlineData("zstd")]
    [InlineData("none")]
    public async Task The_same_change_gives_the_same_digest_when_the_source_has_a_date(string compression)
    {
        Tools.RequireRoot();
        CommandRun dated = new() { Variables = new Dictionary<string, string> { ["SOURCE_DATE_EPOCH"] = "1700000000" } };
        HashSet<string> digests = [];
        HashSet<string> layers = [];
        for (int i = 0; i < 2; i++)
        {
            using TestStore store = new();
            (await store.RunAsync("pull", TestData.Source("busybox"))).Expect();
            (await store.RunAsync("mount", "busybox", store["mnt"], "--key", "k")).Expect();
            File.WriteAllText(Path.Combine(store["mnt"], "new"), "content");
            layers.Add(Convert.ToBase64String((await dated.InvokeAsync("--root", store.Root, "diff", "k")).Expect().OutputBytes));
            digests.Add((await dated.InvokeAsync("--root", store.Root, "commit", "k", "changed", "--compression", compression)).Expect().Line);
            (await store.RunAsync("unpack", "changed", store["plain"])).Expect();
            Assert.Equal("content", File.ReadAllText(Path.Combine(store["plain"], "new")));
        }

        Assert.Single(layers);
        Assert.Single(digests);
    }

    [SkippableFact]
    public async Task Removing_an_image_keeps_what_a_snapshot_uses_and_says_so()
    {
        Tools.RequireRoot();
        using TestStore store = new();
        (await store.RunAsync("pull", TestData.Source("busybox"))).Expect();
        (await store.RunAsync("mount", "busybox", store["mnt"], "--key", "k")).Expect();
        CliResult removed = (await store.RunAsync("rmi", "busybox")).Expect();
        Assert.Contains("kept what these snapshots use: k", removed.Error, StringComparison.Ordinal);
        Assert.Equal(TestData.ExpectedTree("busybox"), TestData.Tree(store["mnt"]));
        (await store.RunAsync("umount", "k", "--rm")).Expect();
        Assert.Empty((await store.RunAsync("images", "-q")).Expect().Output);
    }

    [SkippableFact]
    public async Task A_key_belongs_to_one_image()
    {
        Tools.RequireRoot();
        using TestStore store = new();
        (await store.RunAsync("pull", TestData.Source("busybox"))).Expect();
        (await store.RunAsync("pull", TestData.Source("whiteouts"))).Expect();
        (await store.RunAsync("mount", "busybox", store["a"], "--key", "/a b/c")).Expect();
        (await store.RunAsync("mount", "whiteouts", store["b"], "--key", "/a b/c")).ExpectError(4);
        (await store.RunAsync("umount", "/a b/c")).Expect();
        Assert.Equal("/a b/c", await store.LineAsync("mount", "busybox", store["a"], "--key", "/a b/c"));
    }

    [SkippableFact]
    public async Task Printed_mount_commands_run()
    {
        Tools.RequireRoot();
        using TestStore store = new();
        (await store.RunAsync("pull", TestData.Source("whiteouts"))).Expect();
        using JsonDocument details = JsonDocument.Parse((await store.RunAsync("inspect", "whiteouts")).Expect().Output);
        string chainId = details.RootElement.GetProperty("chainId").GetString()!;
        string target = store.Temp.CreateDirectory("it's a mount");
        string script = (await store.RunAsync("snapshot", "view", "v", chainId, "--target", target)).Expect().Output;
        Assert.Equal(script, (await store.RunAsync("snapshot", "mounts", "v", target)).Expect().Output);
        ProcessRunner.Run("sh", "-ec", script);
        Assert.Equal(TestData.ExpectedTree("whiteouts"), TestData.Tree(target));
        ProcessRunner.Run("umount", target);
        (await store.RunAsync("snapshot", "rm", "v")).Expect();
        (await store.RunAsync("snapshot", "rm", "v")).ExpectError(2);
    }

    [SkippableTheory]
    [InlineData("overlay")]
    [InlineData("erofs")]
    [InlineData("native")]
    public async Task Snapshots_are_made_committed_and_listed(string driver)
    {
        Tools.RequireRoot();
        using TestStore store = new();
        string[] Command(string text) => ["--driver", driver, .. text.Split(' ')];
        (await store.RunAsync(Command("snapshot prepare key --label a=b"))).Expect();
        (await store.RunAsync(Command("snapshot prepare key"))).ExpectError(4);
        (await store.RunAsync(Command("snapshot commit base key"))).Expect();
        (await store.RunAsync(Command("snapshot commit base key"))).ExpectError(2);
        (await store.RunAsync(Command("snapshot prepare child base"))).Expect();
        (await store.RunAsync(Command("snapshot label child x=y"))).Expect();
        Assert.Equal("base\n  child (active)\n", (await store.RunAsync(Command("snapshot tree"))).Expect().Output);
        Assert.Equal("base\nchild\n", (await store.RunAsync(Command("snapshot ls -q"))).Expect().Output);
        Assert.Equal("child\n", (await store.RunAsync(Command("snapshot ls -q --filter labels.x==y"))).Expect().Output);
        Assert.Equal("base\nchild\n", (await store.RunAsync(Command("snapshot usage -q"))).Expect().Output);
        (await store.RunAsync(Command("snapshot info nothing"))).ExpectError(2, "nothing");
        (await store.RunAsync(Command("snapshot rm base"))).ExpectError(4, "cannot remove");
        (await store.RunAsync(Command("snapshot rm child base"))).Expect();
    }

    [Fact]
    public async Task Leases_are_made_listed_and_removed()
    {
        using TestStore store = new();
        Assert.Equal("one", await store.LineAsync("lease", "create", "one", "--expires", "24h", "--label", "a=b"));
        (await store.RunAsync("lease", "create", "one")).ExpectError(4);
        Assert.Equal("one", await store.LineAsync("lease", "ls", "-q"));
        (await store.RunAsync("lease", "rm", "one")).Expect();
        (await store.RunAsync("lease", "rm", "one")).ExpectError(2);
    }

    [Fact]
    public async Task An_artifact_is_stored_and_pushed_but_not_unpacked()
    {
        using TestStore store = new();
        (await store.RunAsync("pull", TestData.Source("artifact"))).ExpectError(3, "--no-unpack");
        Assert.Equal(DigestInLayout("artifact"), await store.LineAsync("pull", TestData.Source("artifact"), "--no-unpack"));
        (await store.RunAsync("inspect", "artifact")).Expect();
        (await store.RunAsync("push", "artifact", $"oci:{store["out"]}:a")).Expect();
        (await store.RunAsync("mount", "artifact", store["mnt"])).ExpectError(3);
    }

    [Fact]
    public async Task Bytes_do_not_go_to_a_terminal()
    {
        using TestStore store = new();
        string digest = await store.LineAsync("pull", TestData.Source("busybox"), "--no-unpack");
        CommandRun terminal = new() { IsTerminal = true };
        (await terminal.InvokeAsync("--root", store.Root, "content", "cat", digest)).ExpectError(64, "terminal", "Redirect");
        (await terminal.InvokeAsync("--root", store.Root, "diff", "key")).ExpectError(64, "terminal", "Redirect");
        (await terminal.InvokeAsync("--root", store.Root, "inspect", "busybox", "--raw", "config")).Expect();
    }

    private static string DigestInLayout(string tag)
    {
        using JsonDocument index = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(TestData.Layout, "index.json")));
        return index.RootElement.GetProperty("manifests").EnumerateArray()
            .Single(entry => entry.GetProperty("annotations").GetProperty("org.opencontainers.image.ref.name").GetString() == tag)
            .GetProperty("digest").GetString()!;
    }

    private static IEnumerable<string> Changes(CliResult result) =>
        result.Expect().Line.Split('\n').Skip(1).Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))).Order(StringComparer.Ordinal);
}
