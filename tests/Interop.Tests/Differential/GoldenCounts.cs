using System.Globalization;

namespace Interop.Tests.Differential;

/// <summary>
/// testdata/golden/disagreements.tsv: how often each disagreement of docs/disagreements.md shows, by archive and tool, and the versions of
/// the tools that it was counted with. <c>make approve-golden</c> writes it.
/// </summary>
internal static class GoldenCounts
{
    private const string VersionMark = "version";
    private static readonly Lock s_lock = new();

    private static string Location { get; } = Repository.PathOf("testdata/golden/disagreements.tsv");

    /// <summary>All lines: archive, tool, disagreement, count.</summary>
    public static IReadOnlyList<(string Archive, string Tool, string Id, int Count)> All =>
        [.. Lines().Where(fields => fields[0] != VersionMark).Select(fields => (fields[0], fields[1], fields[2], int.Parse(fields[3], CultureInfo.InvariantCulture)))];

    /// <summary>The version of a tool that the counts are for.</summary>
    public static string VersionOf(string tool) => Lines().SingleOrDefault(fields => fields[0] == VersionMark && fields[1] == tool)?[2] ?? "none";

    /// <summary>The lines of one archive and tool, as text.</summary>
    public static IReadOnlyList<string> Of(string archive, string tool) =>
        [.. All.Where(line => line.Archive == archive && line.Tool == tool).Select(line => $"{line.Id} {line.Count}")];

    /// <summary>Takes new counts of one archive and tool in place of the old.</summary>
    public static void Approve(string archive, string tool, IReadOnlyList<string> counts) =>
        Replace(fields => fields[0] == archive && fields[1] == tool, counts.Select(count => $"{archive}\t{tool}\t{count.Replace(' ', '\t')}"));

    /// <summary>Takes a tool's version.</summary>
    public static void ApproveVersion(string tool, string version) =>
        Replace(fields => fields[0] == VersionMark && fields[1] == tool, [$"{VersionMark}\t{tool}\t{version}"]);

    private static void Replace(Func<string[], bool> old, IEnumerable<string> lines)
    {
        lock (s_lock)
        {
            var kept = Lines().Where(fields => !old(fields)).Select(fields => string.Join('\t', fields));
            Directory.CreateDirectory(Path.GetDirectoryName(Location)!);
            File.WriteAllLines(Location, kept.Concat(lines).Order(StringComparer.Ordinal).ToArray());
        }
    }

    private static string[][] Lines() => File.Exists(Location) ? [.. File.ReadAllLines(Location).Select(line => line.Split('\t'))] : [];
}
