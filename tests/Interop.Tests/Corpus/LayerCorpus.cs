using System.Text.Json;
using Interop.Tests.Support;

namespace Interop.Tests.Corpus;

/// <summary>The corpus in testdata/layers/ (its README describes cases, commands and results), driven through its own runner.</summary>
internal static class LayerCorpus
{
    private static readonly string[] s_kinds = ["apply", "diff"];
    private static readonly string s_folder = Repository.PathOf("testdata/layers");

    private static readonly string s_program = string.Join(' ', CliProgram.Words.Select(word => $"'{word}'"));

    /// <summary>The engine alone, on directories.</summary>
    public static string[] Engine { get; } =
    [
        "--apply", $"{s_program} layer apply {{dir}} < {{layer}}",
        "--diff", $"{s_program} layer diff {{lower}} {{upper}} > {{out}}",
    ];

    /// <summary>All categories, such as <c>apply/whiteouts</c>.</summary>
    public static IEnumerable<string> Categories => s_kinds
        .SelectMany(kind => Directory.EnumerateDirectories(Path.Combine(s_folder, kind)))
        .Select(path => Path.GetRelativePath(s_folder, path))
        .Order(StringComparer.Ordinal);

    /// <summary>The path of a file of the corpus.</summary>
    public static string PathOf(string name) => Path.Combine(s_folder, name);

    /// <summary>The cases of a category, or that another pattern matches.</summary>
    public static int Count(string pattern) =>
        ProcessRunner.Run(PathOf("run"), "--list", "--only", pattern).Lines.Length;

    /// <summary>A command for the runner that is in the corpus, and runs the program under test.</summary>
    public static string[] Tool(string name, TempDirectory directory)
    {
        var program = BuiltProgram.WriteScript(directory["layerstore"], CliProgram.Words);
        var tool = $"LAYERSTORE='{program}' '{PathOf("tools/" + name)}'";
        return ["--apply", tool + " apply {dir} {layers}", "--diff", tool + " diff {lower} {upper} {out}"];
    }

    /// <summary>Runs the runner. Gives what it printed, and the result of each case.</summary>
    public static (ToolResult Printed, IReadOnlyDictionary<string, string> Results) Run(string pattern, params string[] arguments)
    {
        using var directory = new TempDirectory();
        var printed = new ToolCommand(PathOf("run"), ["--only", pattern, "--json", directory["results"], "--scratch", Path.GetTempPath(), .. arguments]) { Timeout = TimeSpan.FromMinutes(8) }.Run();
        using var json = JsonDocument.Parse(File.ReadAllText(directory["results"]));
        return (printed, json.RootElement.GetProperty("results").EnumerateArray()
            .ToDictionary(result => result.GetProperty("case").GetString()!, result => result.GetProperty("result").GetString()!));
    }
}
