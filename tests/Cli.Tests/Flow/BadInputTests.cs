using Cli.Tests.Support;

namespace Cli.Tests.Flow;

/// <summary>What is wrong with an image or a machine is said in a line, with a hint and its exit code, and the store stays as it was.</summary>
public sealed class BadInputTests
{
    private static readonly byte[] Tar = TestLayout.Tar("file", new string('x', 100_000));

    public static TheoryData<string, int, string> Cases => new()
    {
        { "missing tag", 2, "good" },
        { "missing layout", 2, "nowhere" },
        { "corrupt blob", 3, "sha256:" },
        { "missing blob", 3, "sha256:" },
        { "longer blob", 3, "sha256:" },
        { "truncated gzip", 3, "truncated" },
        { "trailing garbage", 3, "gzip" },
        { "wrong diffID", 3, "sha256:" },
        { "hostile path", 3, ".." },
        { "no such platform", 2, "linux/s390x" },
    };

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public async Task A_bad_image_changes_nothing(string what, int exitCode, string word)
    {
        Tools.RequireRoot();
        using TestStore store = new();
        TestLayout layout = new(store["layout"]);
        layout.AddImage("good", TestLayout.Tar("good", "good"));
        (await store.RunAsync("pull", layout.Source("good"))).Expect();
        string[] arguments = Break(layout, what);
        string before = await store.StateAsync();
        for (int i = 0; i < 2; i++)
        {
            CliResult result = (await store.RunAsync(["pull", .. arguments])).ExpectError(exitCode, word, "hint: ");
            Assert.Empty(result.Output);
            Assert.Equal(before, await store.StateAsync());
        }

        (await store.RunAsync(["unpack", .. arguments, store["plain"]])).ExpectError(exitCode, word);
        Assert.False(Directory.Exists(store["plain"]));
    }

    [SkippableFact]
    public async Task A_corrupt_blob_in_the_store_is_never_good_and_is_healed_by_a_pull()
    {
        Tools.RequireRoot();
        using TestStore store = new();
        TestLayout layout = new(store["layout"]);
        string layer = layout.AddImage("good", Tar);
        (await store.RunAsync("pull", layout.Source("good"))).Expect();
        string path = Path.Combine(store.Root, "blobs", layer.Replace(':', '/'));
        byte[] bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        ProcessRunner.Run("chmod", "u+w", path);
        File.WriteAllBytes(path, bytes);
        (await store.RunAsync("content", "cat", layer)).ExpectError(3, layer);
        (await store.RunAsync("pull", layout.Source("good"))).Expect();
        Assert.Equal(layer, TestLayout.DigestOf((await store.RunAsync("content", "cat", layer)).Expect().OutputBytes));
    }

    [SkippableFact]
    public async Task A_full_disk_is_said_and_leaves_nothing()
    {
        Tools.RequireRoot();
        using TestStore store = new();
        Directory.CreateDirectory(store.Root);
        ProcessRunner.Run("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", store.Root);
        string source = TestData.Source("layers");
        (await store.RunAsync("pull", source)).ExpectError(8, "hint: Free some space");
        Assert.Equal("[]\n", (await store.RunAsync("images", "--format", "json")).Expect().Output);
        Assert.Equal("[]\n", (await store.RunAsync("content", "ls", "--format", "json")).Expect().Output);
        Assert.Equal("[]\n", (await store.RunAsync("snapshot", "ls", "--format", "json")).Expect().Output);
        ProcessRunner.Run("mount", "-o", "remount,size=400m", store.Root);
        (await store.RunAsync("pull", source)).Expect();
    }

    [SkippableFact]
    public async Task Who_may_not_mount_is_told_so()
    {
        Tools.RequireRoot();
        Tools.Require("setpriv");
        using TestStore store = new();
        (await store.RunAsync("pull", TestData.Source("busybox"))).Expect();
        string before = await store.StateAsync();
        ToolResult result = store.Process(["mount", "busybox", store["mnt"]], "setpriv", "--bounding-set", "-sys_admin").Run().Expect(7);
        Assert.StartsWith("error: ", result.Error, StringComparison.Ordinal);
        Assert.Contains("\nhint: ", result.Error, StringComparison.Ordinal);
        Assert.Equal(before, await store.StateAsync());
    }

    [SkippableFact]
    public async Task A_store_of_somebody_else_is_refused()
    {
        Tools.RequireRoot();
        Tools.Require("setpriv");
        using TestStore store = new();
        (await store.RunAsync("pull", TestData.Source("busybox"))).Expect();
        string[] nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--inh-caps", "+dac_read_search", "--ambient-caps", "+dac_read_search"];
        ToolResult result = store.Process(["pull", TestData.Source("whiteouts")], nobody).Run().Expect(7);
        Assert.StartsWith("error: ", result.Error, StringComparison.Ordinal);
        Assert.Contains("\nhint: ", result.Error, StringComparison.Ordinal);
    }

    private static string[] Break(TestLayout layout, string what)
    {
        byte[] packed = TestLayout.Gzip(Tar);
        string layer;
        switch (what)
        {
            case "missing tag":
                return [layout.Source("nothing")];
            case "missing layout":
                return ["oci:/nowhere:bad"];
            case "corrupt blob":
                layer = layout.AddImage("bad", Tar);
                packed[packed.Length / 2] ^= 1;
                File.WriteAllBytes(layout.PathOf(layer), packed);
                break;
            case "missing blob":
                File.Delete(layout.PathOf(layout.AddImage("bad", Tar)));
                break;
            case "longer blob":
                File.WriteAllBytes(layout.PathOf(layout.AddImage("bad", Tar)), [.. packed, 0]);
                break;
            case "truncated gzip":
                layout.AddImage("bad", Tar, packed[..^5]);
                break;
            case "trailing garbage":
                layout.AddImage("bad", Tar, [.. packed, 1, 2, 3]);
                break;
            case "wrong diffID":
                layout.AddImage("bad", Tar, diffId: TestLayout.DigestOf([]));
                break;
            case "hostile path":
                layout.AddImage("bad", TestLayout.Tar("../../escaped", "x"));
                break;
            case "no such platform":
                layout.AddImage("bad", Tar, platform: "linux/s390x");
                return [layout.Source("bad"), "--platform", "linux/arm64"];
        }

        return [layout.Source("bad")];
    }
}
