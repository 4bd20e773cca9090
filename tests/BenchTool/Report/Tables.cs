using System.Globalization;
using System.Text;
using BenchTool.Results;

namespace BenchTool.Report;

/// <summary>The Markdown tables of a scenario.</summary>
internal static class Tables
{
    /// <summary>A table for each variant, or one of all sizes; then what the floor is, where there is one.</summary>
    public static string Of(ResultFile file, Scenario scenario)
    {
        StringBuilder text = new();
        if (scenario.Grows)
        {
            Growth(text, file, scenario);
            return text.ToString();
        }

        foreach (IGrouping<string, Series> variant in scenario.Series.GroupBy(series => series.At, StringComparer.Ordinal))
            Comparison(text, file, scenario, variant.Key.Length == 0 ? scenario.Title : $"{scenario.Title}, {variant.Key}", [.. variant]);
        return text.ToString();
    }

    private static void Comparison(StringBuilder text, ResultFile file, Scenario scenario, string title, List<Series> rows)
    {
        Series ours = Scenario.Ours(rows);
        text.Append(CultureInfo.InvariantCulture, $"\n| {title} | wall, s | CPU, s | peak memory, MB | written, MB | times ours | runs |\n");
        text.Append("| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n");
        foreach (Series row in rows.OrderBy(row => scenario.IsLimit(row.Tool)).ThenByDescending(row => row == ours))
            text.Append(CultureInfo.InvariantCulture, $"| {file.LabelOf(row.Tool)} | {Measured(row)} | {Figures.Short(row.Wall / ours.Wall)} | {row.Samples.Count} |\n");
        if (scenario.FloorSeconds is not { } floor)
            return;
        string sum = string.Join(" + ", scenario.Floor!.Parts.Select(file.LabelOf));
        text.Append(CultureInfo.InvariantCulture, $"\nThe floor: {(scenario.Floor.Cores == 1 ? sum : $"({sum}) / {scenario.Floor.Cores} cores")} = {Figures.Short(floor)} s.");
        text.Append(CultureInfo.InvariantCulture, $" {file.LabelOf(ours.Tool)} takes {Figures.Short(ours.Wall / floor)} times as long.\n");
    }

    private static void Growth(StringBuilder text, ResultFile file, Scenario scenario)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n| {scenario.Title} | {scenario.Unit} | wall, s | CPU, s | peak memory, MB | written, MB | runs |\n");
        text.Append("| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n");
        foreach (Series row in scenario.Series.GroupBy(series => series.Tool, StringComparer.Ordinal).SelectMany(tool => tool.OrderBy(series => series.Size)))
            text.Append(CultureInfo.InvariantCulture, $"| {file.LabelOf(row.Tool)} | {Figures.Count(row.Size!.Value)} | {Measured(row)} | {row.Samples.Count} |\n");
    }

    private static string Measured(Series row) =>
        $"{Figures.Short(row.Wall)} | {Figures.Short(row.Cpu)} | {Figures.Megabytes(row.Peak)} | {Figures.Megabytes(row.Written)}";
}
