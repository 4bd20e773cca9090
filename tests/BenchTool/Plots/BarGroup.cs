using BenchTool.Results;

namespace BenchTool.Plots;

/// <summary>What a bar plot compares: one scenario.</summary>
/// <param name="Title">Above its bars.</param>
/// <param name="Bars">The first is ours.</param>
internal sealed record BarGroup(string Title, IReadOnlyList<Bar> Bars)
{
    public static BarGroup Of(ResultFile file, Scenario scenario)
    {
        List<Series> series = [.. scenario.Series.Where(s => !scenario.IsLimit(s.Tool))];
        Series ours = Scenario.Ours(series);
        List<Bar> bars = [.. series.OrderByDescending(s => s == ours).Select(s => new Bar(file.LabelOf(s.Tool), s.Wall, KindOf(s, ours)))];
        if (scenario.FloorSeconds is { } floor)
            bars.Add(new Bar("the floor", floor, BarKind.Limit));
        return new BarGroup(scenario.Title, bars);
    }

    private static BarKind KindOf(Series series, Series ours) =>
        series == ours ? BarKind.First : Scenario.IsOurs(series.Tool) ? BarKind.Ours : BarKind.Peer;
}
