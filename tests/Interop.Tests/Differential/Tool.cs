using System.Text.RegularExpressions;

namespace Interop.Tests.Differential;

/// <summary>A reader of tars that LayerStore is compared with.</summary>
internal sealed class Tool
{
    private readonly Lazy<string?> _version;

    private Tool(string name, bool lists, string? program, string pattern)
    {
        Name = name;
        Lists = lists;
        _version = new Lazy<string?>(() => FindVersion(program, pattern));
    }

    /// <summary>All of them: GNU tar, libarchive's bsdtar, umoci, Python's tarfile and System.Formats.Tar.</summary>
    public static IReadOnlyList<Tool> All { get; } =
    [
        new("tar", lists: false, "tar", @"^tar \(GNU tar\) ([\d.]+)"),
        new("bsdtar", lists: false, "bsdtar", @"libarchive (\d+\.\d+\.\d+)"),
        new("umoci", lists: false, "umoci", @"version (\d+\.\d+\.\d+)"),
        new("python", lists: true, "python3", @"^Python (\d+\.\d+)"),
        new("dotnet", lists: true, null, @"^(\d+\.\d+)"),
    ];

    /// <summary>What it is called in docs/disagreements.md and in the golden file.</summary>
    public string Name { get; }

    /// <summary>It lists an archive's entries; the others extract them.</summary>
    public bool Lists { get; }

    /// <summary>As much of the installed version as matters; null if it is not installed.</summary>
    public string? Version => _version.Value;

    /// <summary>One of them.</summary>
    public static Tool Named(string name) => All.Single(tool => tool.Name == name);

    private static string? FindVersion(string? program, string pattern)
    {
        if (program is not null && Tools.Find(program) is null)
            return null;
        var text = program is null ? Environment.Version.ToString() : ProcessRunner.Run(program, "--version").Output;
        return Regex.Match(text, pattern) is { Success: true } match ? match.Groups[1].Value : text.Trim();
    }
}
