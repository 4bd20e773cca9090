using Interop.Tests.Hostile;
using LayerStore;
using Snapshotter.Layers;

namespace Interop.Tests.Differential;

/// <summary>One archive read by everyone: the trees that they extract into an empty directory, and the entries that they list.</summary>
internal sealed class ArchiveReadings
{
    private static readonly string s_extract = Repository.PathOf("tests/Interop.Tests/Differential/extract.sh");

    private ArchiveReadings()
    {
    }

    /// <summary>The tree that LayerStore makes.</summary>
    public required Reading Tree { get; init; }

    /// <summary>The entries that LayerStore lists.</summary>
    public required Reading Entries { get; init; }

    /// <summary>What the others read, by the tool's name; a tool that is not installed is not there.</summary>
    public required IReadOnlyDictionary<string, Reading> Others { get; init; }

    /// <summary>The reading of LayerStore that one of <see cref="Others"/> is compared with.</summary>
    public Reading OursFor(string tool) => Tool.Named(tool).Lists ? Entries : Tree;

    /// <summary>Lets everyone read archives. Several at a time take less than one after the other: most of it is starting programs.</summary>
    public static IReadOnlyList<ArchiveReadings> Of(IReadOnlyList<string> archives)
    {
        using TempDirectory work = new();
        var start = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        work.CreateDirectory("lists");
        for (var i = 0; i < archives.Count; i++)
        {
            work.CreateDirectory($"{i}/trees");
            new HostileImage(work[$"{i}"], canary: "").Layers(File.ReadAllBytes(archives[i]));
        }

        ProcessRunner.Run(s_extract, [work.FullPath, .. archives]);
        return [.. archives.Select((archive, i) => Of(archive, work, i, start))];
    }

    private static ArchiveReadings Of(string archive, TempDirectory work, int number, long start)
    {
        var entries = EntryListing.Read(archive);
        var refusal = Apply(archive, work[$"{number}/trees/layerstore"]);
        var trees = Trees(work[$"{number}/trees"], start, EntryListing.HasRoot(entries));
        string Results(Tool tool) => work[tool.Lists ? $"lists/{number}" : $"{number}/{tool.Name}"];
        var others = Tool.All
            .Where(tool => tool.Name != "dotnet" && File.Exists(Results(tool) + ".exit"))
            .ToDictionary(tool => tool.Name, tool => Other(tool, Results(tool), trees));
        others.Add("dotnet", DotnetListing.Read(archive));
        return new ArchiveReadings
        {
            Entries = entries,
            Tree = refusal is null ? Reading.OfTree(trees["layerstore"]) : Reading.Refused(refusal),
            Others = others,
        };
    }

    private static Reading Other(Tool tool, string results, Dictionary<string, List<FileLine>> trees)
    {
        if (File.ReadAllText(results + ".exit").Trim() is not "0" and var code)
            return Reading.Refused($"exit code {code}: {File.ReadAllText(results + ".out")}");
        return tool.Lists
            ? Reading.OfEntries(File.ReadLines(results + ".list").Select(FileLine.Parse))
            : Reading.OfTree(trees[tool.Name]);
    }

    private static string? Apply(string archive, string directory)
    {
        try
        {
            LayerApply.ToTree(File.OpenRead(archive), directory);
            return null;
        }
        catch (LayerStoreException e) when (e.Kind is ErrorKind.DataLoss or ErrorKind.Unimplemented)
        {
            return e.Message;
        }
    }

    // One run of tree.pl lists the trees of all tools: its paths begin with the tool's name.
    private static Dictionary<string, List<FileLine>> Trees(string directory, long start, bool hasRoot)
    {
        Dictionary<string, List<FileLine>> trees = [];
        foreach (var line in TestData.Tree(directory).TrimEnd('\n').Split('\n').Select(FileLine.Parse).Where(line => line.Path != "."))
        {
            var (tool, path) = line.Path.Split('/', 2) is [var first, var rest] ? (first, rest) : (line.Path, ".");
            if (!trees.TryGetValue(tool, out var lines))
                trees.Add(tool, lines = []);
            if (path != "." || hasRoot)
                lines.Add(line with { Path = path, Time = Time(line.Time, start), Links = line.Links == "-" ? "-" : line.Links[(tool.Length + 1)..] });
        }

        return trees;
    }

    // The time of what no entry describes is that of the extraction.
    private static string Time(string time, long start) =>
        long.Parse(time.Split('.')[0], System.Globalization.CultureInfo.InvariantCulture) is var seconds
        && seconds >= start && seconds <= DateTimeOffset.UtcNow.ToUnixTimeSeconds() ? "now" : time;
}
