using System.Reflection;
using System.Text.Json;

namespace Interop.Tests.Corpus;

/// <summary>The corpus in testdata/layers/ (its README describes cases, commands and results), driven through its own runner.</summary>
internal static class LayerCorpus
{
    private static readonly string[] s_kinds = ["apply", "diff"];
    private static readonly string s_folder = Repository.PathOf("testdata/layers");

    // The configuration (Debug, Release) that these tests were built in is the one that the program was built in.
    private static readonly string s_program = Repository.PathOf(
        $"src/Cli/bin/{typeof(LayerCorpus).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration}/net10.0/layerstore-cli.dll");

    /// <summary>The engine alone, on directories.</summary>
    public static string[] Engine { get; } =
    [
        "--apply", $"dotnet exec '{s_program}' layer apply {{dir}} < {{layer}}",
        "--diff", $"dotnet exec '{s_program}' layer diff {{lower}} {{upper}} > {{out}}",
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

    /// <summary>A command for the runner that is in the corpus, and runs the program that these tests were built with.</summary>
    public static string[] Tool(string name, TempDirectory directory)
    {
        var program = directory["layerstore"];
        File.WriteAllText(program, $"#!/bin/sh\nexec dotnet exec '{s_program}' \"$@\"\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var tool = $"LAYERSTORE='{program}' '{PathOf("tools/" + name)}'";
        return ["--apply", tool + " apply {dir} {layers}", "--diff", tool + " diff {lower} {upper} {out}"];
    }

    /// <summary>Runs the runner. Gives what it printed, and the result of each case.</summary>
    public static (ToolResult Printed, IReadOnlyDictionary<string, string> Results) Run(string pattern, params string[] arguments)
    {
        using var directory = new TempDirectory();
        var printed = new ToolCommand(PathOf("run"), ["--only", pattern, "--json", directory["results"], .. arguments]) { Timeout = TimeSpan.FromMinutes(8) }.Run();
        using var json = JsonDocument.Parse(File.ReadAllText(directory["results"]));
        return (printed, json.RootElement.GetProperty("results").EnumerateArray()
            .ToDictionary(result => result.GetProperty("case").GetString()!, result => result.GetProperty("result").GetString()!));
    }
}
