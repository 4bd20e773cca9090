using BenchTool.Report;
using BenchTool.Results;

namespace BenchTool.Plots;

/// <summary>How time and memory grow with the work: two panels with linear axes from zero, a line for each tool.</summary>
internal static class LinePlot
{
    private const double Width = 800;
    private const double PanelWidth = 310;
    private const double PanelHeight = 190;
    private const double Top = 34;
    private const double LegendRow = 18;
    private static readonly string[] s_colours = ["#2f81f7", "#d29922", "#3fb950", "#a371f7", "#f47067", "#9aa4af"];

    public static string Draw(ResultFile file, Scenario scenario)
    {
        Svg svg = new();
        List<IGrouping<string, Series>> tools = [.. scenario.Series.GroupBy(series => series.Tool, StringComparer.Ordinal)];
        Panel(svg, 60, $"{scenario.Title}: seconds", scenario.Unit, tools, series => series.Wall);
        Panel(svg, 470, "Peak memory, MB", scenario.Unit, tools, series => series.Peak / 1e6);
        double y = Top + PanelHeight + 54;
        for (int i = 0; i < tools.Count; i++, y += LegendRow)
        {
            svg.Dot(66, y - 4, Colour(i));
            svg.Text(78, y, file.LabelOf(tools[i].Key));
        }

        return svg.End(Width, y);
    }

    private static void Panel(Svg svg, double left, string title, string unit, List<IGrouping<string, Series>> tools, Func<Series, double> of)
    {
        List<Series> all = [.. tools.SelectMany(tool => tool).Where(series => !double.IsNaN(of(series)))];
        if (all.Count == 0)
            return;
        Axis across = new(all.Max(series => series.Size!.Value), left, left + PanelWidth);
        Axis up = new(all.Max(of), Top + PanelHeight, Top);
        svg.Text(left, Top - 16, title, bold: true);
        foreach (double mark in up.Marks)
        {
            svg.Line(left, up.At(mark), left + PanelWidth, up.At(mark), Svg.Faint);
            svg.Text(left - 6, up.At(mark) + 4, Figures.Count(mark), "end");
        }

        foreach (double mark in across.Marks)
            svg.Text(across.At(mark), Top + PanelHeight + 16, Figures.Count(mark), "middle");
        svg.Text(left + PanelWidth, Top + PanelHeight + 32, unit, "end");
        for (int i = 0; i < tools.Count; i++)
        {
            List<(double X, double Y)> points =
                [.. tools[i].Where(series => !double.IsNaN(of(series))).OrderBy(series => series.Size).Select(series => (across.At(series.Size!.Value), up.At(of(series))))];
            svg.Curve(points, Colour(i));
            foreach ((double x, double y) in points)
                svg.Dot(x, y, Colour(i));
        }
    }

    private static string Colour(int index) => s_colours[index % s_colours.Length];
}
