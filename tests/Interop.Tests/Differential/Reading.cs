namespace Interop.Tests.Differential;

/// <summary>What one reader made of an archive.</summary>
/// <param name="Refusal">Why it gave up, or null when it took all of it.</param>
/// <param name="Files">Its files by path.</param>
internal sealed record Reading(string? Refusal, IReadOnlyDictionary<string, FileLine> Files)
{
    /// <summary>An archive that the reader did not take.</summary>
    public static Reading Refused(string why) => new(why, new Dictionary<string, FileLine>());

    /// <summary>A tree on the disk: every path once.</summary>
    public static Reading OfTree(IEnumerable<FileLine> lines) => new(null, lines.ToDictionary(line => line.Path));

    /// <summary>Entries in the archive's order. The second of a name is called <c>NAME#2</c>, the third <c>NAME#3</c>.</summary>
    public static Reading OfEntries(IEnumerable<FileLine> lines)
    {
        Dictionary<string, FileLine> files = [];
        Dictionary<string, int> counts = [];
        foreach (var line in lines)
        {
            var count = counts[line.Path] = counts.GetValueOrDefault(line.Path) + 1;
            files.Add(count == 1 ? line.Path : $"{line.Path}#{count}", line);
        }

        return new Reading(null, files);
    }
}
