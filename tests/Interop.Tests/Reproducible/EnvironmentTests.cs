using System.Globalization;
using System.Text.Json.Nodes;
using Interop.Tests.Support;
using LayerStore.Images;
using LayerStore.Tar;
using Snapshotter.Layers.Commit;

namespace Interop.Tests.Reproducible;

/// <summary>The same changes give the same bytes in every process, whatever surrounds it.</summary>
public sealed class EnvironmentTests(EnvironmentFixture fixture) : IClassFixture<EnvironmentFixture>
{
    private static readonly string s_date = ScriptedTree.SourceDate.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    [SkippableTheory]
    [InlineData("one core")]
    [InlineData("two cores")]
    [InlineData("told of one core")]
    [InlineData("told of two cores")]
    [InlineData("another user's environment")]
    [InlineData("an empty environment")]
    public async Task Diff_and_commit_give_the_golden_bytes(string surroundings)
    {
        MountedTree tree = fixture.Tree;
        var diff = Run(surroundings, "diff", MountedTree.Key).OutputBytes;
        Dictionary<string, string> digests = new() { ["diff"] = MountedTree.Sha256(diff) };
        foreach (var (compression, name) in new[] { ("gzip", "gzip"), ("zstd", GoldenDigests.Zstd) })
        {
            digests[$"{name} manifest"] = Run(surroundings, "commit", MountedTree.Key, "by-process", "--compression", compression).Output.Trim();
            ImageView view = await tree.Store.LoadAsync(await tree.Store.ResolveAsync("by-process"));
            digests[$"{name} layer"] = view.Manifest.Layers[^1].Digest.ToString();
        }

        GoldenDigests.Check(digests);
    }

    [SkippableFact]
    public void The_golden_digests_are_those_of_this_libzstd()
    {
        // What is left out of the comparisons must not go unnoticed.
        Skip.IfNot(GoldenDigests.KnowZstd(), $"there are no golden digests for {GoldenDigests.Zstd}: zstd is left out");
    }

    [SkippableFact]
    public async Task Without_a_source_date_only_the_time_of_creation_differs()
    {
        MountedTree tree = fixture.Tree;
        CommitResult first = await tree.Store.CommitAsync(MountedTree.Key, "first");
        CommitResult second = await tree.Store.CommitAsync(MountedTree.Key, "second");

        Assert.Equal(first.Layer, second.Layer);
        Assert.NotEqual(await ConfigAsync(first, timeless: false), await ConfigAsync(second, timeless: false));
        Assert.Equal(await ConfigAsync(first, timeless: true), await ConfigAsync(second, timeless: true));
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(1_000_000_000)]
    [InlineData(1_704_164_645)]
    [InlineData(253_402_300_799)]
    public async Task Only_newer_times_are_limited(long seconds)
    {
        Timestamp limit = new(seconds, 0);
        var all = Entries(await fixture.Tree.DiffAsync(null));
        var limited = Entries(await fixture.Tree.DiffAsync(limit));

        // 0.5 s later than the date is newer; before 1970 is older than any date.
        Assert.Equal(all.Select(entry => (entry with { ModifiedAt = entry.ModifiedAt > limit ? limit : entry.ModifiedAt }).ToString()), limited.Select(entry => entry.ToString()));
        Assert.Contains(limited, entry => entry.ModifiedAt == new Timestamp(-2, 250_000_000));
    }

    [SkippableFact]
    public async Task The_registered_layer_is_what_its_blob_unpacks_to()
    {
        MountedTree tree = fixture.Tree;
        await tree.Store.CommitAsync(MountedTree.Key, "dated", new CommitOptions { SourceDate = ScriptedTree.SourceDate });

        await tree.Store.UnpackAsync("dated", fixture.Temp["plain"]);
        var mount = await tree.Store.MountAsync("dated", fixture.Temp["dated"], readOnly: true);
        var mounted = TestData.Tree(fixture.Temp["dated"]);
        await tree.Store.UnmountAsync(mount.Key);

        Assert.Equal(TestData.Tree(fixture.Temp["plain"]), mounted);
        Assert.Contains($"\t{s_date}.000000000\t", mounted, StringComparison.Ordinal);
    }

    private ToolResult Run(string surroundings, params string[] arguments)
    {
        ToolCommand command = CliProgram.Command(["--root", fixture.Tree.Root, .. arguments]);
        Dictionary<string, string?> variables = new() { ["SOURCE_DATE_EPOCH"] = s_date };
        string[] wrapper = [];
        switch (surroundings)
        {
            case "one core":
                wrapper = ["taskset", "-c", Cores(1)];
                break;
            case "two cores":
                wrapper = ["taskset", "-c", Cores(2)];
                break;
            case "told of one core":
                variables["DOTNET_PROCESSOR_COUNT"] = "1";
                break;
            case "told of two cores":
                variables["DOTNET_PROCESSOR_COUNT"] = "2";
                break;
            case "another user's environment":
                wrapper = ["sh", "-c", "umask 077; cd /; exec \"$@\"", "sh"];
                foreach (var (name, value) in new[]
                {
                    ("HOME", "/nonexistent"), ("USER", "someone"), ("LOGNAME", "someone"), ("TZ", "Pacific/Kiritimati"), ("LANG", "tr_TR.UTF-8"), ("LC_ALL", "tr_TR.UTF-8"),
                    ("TMPDIR", fixture.Temp.FullPath),
                })
                {
                    variables[name] = value;
                }

                break;
            default:
                wrapper = ["env", "-i", "SOURCE_DATE_EPOCH=" + s_date];
                break;
        }

        Tools.Require([.. wrapper.Take(1)]);
        var program = Tools.Find(command.File) ?? command.File;
        return (wrapper.Length == 0
            ? command with { Environment = variables }
            : new ToolCommand(wrapper[0], [.. wrapper.Skip(1), program, .. command.Arguments]) { Environment = variables }).Run().Expect();
    }

    // The first cores that this process may run on (proc(5), Cpus_allowed_list), such as "0-3,8".
    private static string Cores(int count)
    {
        var list = File.ReadLines("/proc/self/status").Single(line => line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal)).Split(':')[1].Trim();
        var allowed = list.Split(',')
            .Select(range => range.Split('-').Select(number => int.Parse(number, CultureInfo.InvariantCulture)).ToArray())
            .SelectMany(range => Enumerable.Range(range[0], range[^1] - range[0] + 1))
            .ToArray();
        Skip.If(allowed.Length < count, $"needs {count} cores");
        return string.Join(',', allowed.Take(count));
    }

    private async Task<string> ConfigAsync(CommitResult result, bool timeless)
    {
        ImageView view = await fixture.Tree.Store.LoadAsync(result.Image);
        JsonNode config = JsonNode.Parse(view.Config.Bytes.Span)!;
        if (timeless)
        {
            config["created"] = null;
            config["history"]!.AsArray()[^1]!["created"] = null;
        }

        return config.ToJsonString();
    }

    private static List<TarEntry> Entries(byte[] tar)
    {
        TarReader reader = new(new MemoryStream(tar));
        List<TarEntry> entries = [];
        while (reader.Next() is { } entry)
            entries.Add(entry with { Xattrs = [] });
        return entries;
    }
}
