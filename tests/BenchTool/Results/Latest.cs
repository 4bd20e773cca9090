namespace BenchTool.Results;

/// <summary>Of each scenario of each part, the newest result: a run may measure some of them only.</summary>
internal static class Latest
{
    /// <param name="files">From the oldest to the newest.</param>
    /// <returns>For each part its scenarios, each with the file that has it, in the order of the newest file that has most of them.</returns>
    public static IReadOnlyDictionary<string, IReadOnlyList<(ResultFile File, Scenario Scenario)>> Of(IReadOnlyList<ResultFile> files) =>
        files.GroupBy(file => file.Part, StringComparer.Ordinal).ToDictionary(
            part => part.Key,
            part => (IReadOnlyList<(ResultFile, Scenario)>)[.. Names(part).Select(name => Newest(part, name))],
            StringComparer.Ordinal);

    private static IEnumerable<string> Names(IEnumerable<ResultFile> files) =>
        files.OrderByDescending(file => file.Scenarios.Count).SelectMany(file => file.Scenarios).Select(scenario => scenario.Name).Distinct(StringComparer.Ordinal);

    private static (ResultFile File, Scenario Scenario) Newest(IEnumerable<ResultFile> files, string name)
    {
        ResultFile newest = files.Last(file => file.Scenarios.Any(scenario => scenario.Name == name));
        return (newest, newest.Scenarios.First(scenario => scenario.Name == name));
    }
}
