using System.Text.RegularExpressions;

namespace Interop.Tests.Differential;

/// <summary>
/// docs/disagreements.md. A section that begins with a fenced block of <c>key: value</c> lines is a disagreement; the keys are id, tools,
/// archives (optional), differs (one or more), right and source.
/// </summary>
internal static partial class DisagreementDocument
{
    /// <summary>The document's path.</summary>
    public static string Location { get; } = Repository.PathOf("docs/disagreements.md");

    /// <summary>All its disagreements.</summary>
    public static IReadOnlyList<Disagreement> All { get; } = Parse(File.ReadAllText(Location));

    private static List<Disagreement> Parse(string text) => [.. Section().Matches(text).Select(match => ParseBlock(match.Groups[1].Value))];

    private static Disagreement ParseBlock(string block)
    {
        var lines = block.TrimEnd('\n').Split('\n').Select(line => line.Split(": ", 2)).ToLookup(pair => pair[0], pair => pair[1].Trim());
        string One(string key) => lines[key].Count() == 1 ? lines[key].Single() : throw new FormatException($"docs/disagreements.md: not one \"{key}\" in\n{block}");
        return new Disagreement
        {
            Id = One("id"),
            Tools = One("tools").Split(", ").ToHashSet(),
            Archives = [.. (lines["archives"].SingleOrDefault() ?? "*").Split(", ").Select(pattern => new Wildcard(pattern))],
            Patterns = [.. lines["differs"].Select(Pattern)],
            Right = One("right"),
            Source = One("source"),
        };
    }

    private static IReadOnlyList<Wildcard> Pattern(string text) => text.Split(' ') is { Length: 4 } words
        ? [.. words.Select(word => new Wildcard(word))]
        : throw new FormatException($"docs/disagreements.md: \"differs: {text}\" is not path, field, ours, theirs");

    [GeneratedRegex(@"^#+ [^\n]*\n\n```disagreement\n(.*?)^```\n", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Section();
}
