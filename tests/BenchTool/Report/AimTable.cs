using System.Globalization;
using System.Text;
using BenchTool.Results;

namespace BenchTool.Report;

/// <summary>The table of what is aimed at, and what each run reached.</summary>
internal static class AimTable
{
    /// <summary>The word of its section.</summary>
    public const string Section = "aims";

    /// <summary>A row for each scenario with an aim, a column for each of our tools that was measured in one.</summary>
    public static string Of(IReadOnlyList<(ResultFile File, Scenario Scenario)> measured)
    {
        List<(ResultFile File, Scenario Scenario)> rows = [.. measured.Where(s => s.Scenario.Aim is not null && s.Scenario.Peers.Any())];
        List<(string Tool, string Label)> ours = [.. rows
            .SelectMany(row => row.Scenario.Series.Where(series => Scenario.IsOurs(series.Tool)).Select(series => (series.Tool, row.File.LabelOf(series.Tool))))
            .DistinctBy(tool => tool.Tool)];
        StringBuilder text = new("\n| | asked |");
        text.AppendJoin("", ours.Select(tool => $" {tool.Label} |")).Append(" runs | at the floor | the fastest other |\n| --- | ---: |");
        text.AppendJoin("", ours.Select(_ => " ---: |")).Append(" ---: | ---: | --- |\n");
        foreach ((ResultFile file, Scenario scenario) in rows)
        {
            Series fastest = scenario.Peers.MinBy(series => series.Wall)!;
            text.Append(CultureInfo.InvariantCulture, $"| {scenario.Aim!.Text} | {Figures.Short(scenario.Aim.Times)} |");
            text.AppendJoin("", ours.Select(tool => $" {Cell(scenario, tool.Tool)} |"));
            text.Append(CultureInfo.InvariantCulture, $" {Scenario.Ours(scenario.Series).Samples.Count} |");
            text.Append(CultureInfo.InvariantCulture, $" {Figures.Short(fastest.Wall / scenario.FloorSeconds ?? double.NaN)} | {file.LabelOf(fastest.Tool)} |\n");
        }

        (Scenario most, double peak) = measured
            .Select(s => (s.Scenario, Peak: s.Scenario.Series.Where(series => Scenario.IsOurs(series.Tool)).Select(series => series.Peak).DefaultIfEmpty(0).Max()))
            .MaxBy(s => s.Peak);
        text.Append(CultureInfo.InvariantCulture, $"\nOurs had {Figures.Megabytes(peak)} MB of memory at most: {most.Title}.\n");
        return text.ToString();
    }

    /// <summary>The least and the median of all runs, each compared with the fastest other program of that run; in bold if each of them reached the aim.</summary>
    private static string Cell(Scenario scenario, string tool)
    {
        if (scenario.Series.FirstOrDefault(series => series.Tool == tool) is not { } ours)
            return "–";
        List<double> times = [.. ours.Samples.Select((sample, run) => FastestPeer(scenario, run) / sample.Wall).Where(double.IsFinite)];
        if (times.Count == 0)
            return "–";
        string text = $"{Figures.Short(times.Min())}, {Figures.Short(Series.MedianOf(times))}";
        return times.Min() >= scenario.Aim!.Times ? $"**{text}**" : text;
    }

    // The tools take turns, so the runs of all have the same numbers; a slow one may have sat out the last.
    private static double FastestPeer(Scenario scenario, int run) =>
        scenario.Peers.Where(series => run < series.Samples.Count).Select(series => series.Samples[run].Wall).DefaultIfEmpty(double.NaN).Min();
}
