using System.Globalization;
using BenchTool.Fill;
using BenchTool.Limits;
using BenchTool.Report;
using BenchTool.Results;
using LayerStore;

// The usage is in tests/bench/README.md; the scripts beside it are the only users.
try
{
    switch (args)
    {
        case ["limit", "sha256", var bytes]:
            Console.WriteLine(MachineLimit.Time(() => ByteLimits.Sha256(Number(bytes))));
            break;
        case ["limit", "inflate", .. var files]:
            Console.WriteLine(MachineLimit.Time(() => ByteLimits.Inflate(files)));
            break;
        case ["limit", "create", .. var pairs] when pairs.Length > 0 && pairs.Length % 2 == 0:
            CreationLimit[] trees = [.. pairs.Chunk(2).Select(pair => new CreationLimit(pair[0], pair[1]))];
            Console.WriteLine(MachineLimit.Time(() => Array.ForEach(trees, tree => tree.Run())));
            break;
        case ["fill", var root, var what, var from, var to]:
            await StoreFiller.RunAsync(root, what, (int)Number(from), (int)Number(to));
            break;
        case ["print", var file]:
            ResultFile result = Read(file);
            Console.Write(Section.Of(result.Part, [.. result.Scenarios.Select(scenario => (result, scenario))]).Text);
            break;
        case ["report", var results, var document, var plots]:
            Publish(results, document, plots);
            break;
        default:
            throw new FormatException("the arguments are: limit sha256|inflate|create, fill, print or report; see tests/bench/README.md");
    }

    return 0;
}
catch (Exception e) when (e is FormatException or IOException or LayerStoreException)
{
    Console.Error.WriteLine($"error: {e.Message}");
    return 1;
}

static long Number(string text) =>
    long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : throw new FormatException($"\"{text}\" is not a number");

static ResultFile Read(string path)
{
    using StreamReader reader = new(path);
    return ResultFile.Parse(Path.GetFileName(path), reader);
}

// Names of result files begin with the time at which they were begun.
static void Publish(string results, string document, string plots)
{
    List<ResultFile> files = [.. Directory.GetFiles(results, "*.tsv").Order(StringComparer.Ordinal).Select(Read)];
    string text = File.ReadAllText(document);
    Directory.CreateDirectory(plots);
    IReadOnlyDictionary<string, IReadOnlyList<(ResultFile, Scenario)>> latest = Latest.Of(files);
    text = Document.Replace(text, AimTable.Section, AimTable.Of([.. latest.OrderBy(part => text.IndexOf($"<!-- {part.Key} -->", StringComparison.Ordinal)).SelectMany(part => part.Value)]));
    foreach ((string part, IReadOnlyList<(ResultFile, Scenario)> scenarios) in latest)
    {
        Section section = Section.Of(part, scenarios);
        text = Document.Replace(text, part, section.Text);
        foreach ((string name, string svg) in section.Plots)
            File.WriteAllText(Path.Combine(plots, name), svg);
    }

    File.WriteAllText(document, text);
}
