using BenchTool.Report;

namespace BenchTool.Plots;

/// <summary>Horizontal bars of seconds, a group for each scenario, each group with a scale of its own.</summary>
internal static class BarPlot
{
    private const double Width = 800;
    private const double Left = 250;
    private const double Longest = 400;
    private const double RowHeight = 20;
    private const double TitleHeight = 34;

    public static string Draw(IReadOnlyList<BarGroup> groups)
    {
        Svg svg = new();
        double y = 0;
        foreach (BarGroup group in groups)
        {
            y += TitleHeight;
            svg.Text(0, y - 10, $"{group.Title}, seconds", bold: true);
            double most = group.Bars.Max(bar => bar.Seconds);
            double ours = group.Bars[0].Seconds;
            foreach (Bar bar in group.Bars)
            {
                double length = most > 0 ? bar.Seconds / most * Longest : 0;
                svg.Text(Left - 8, y + 12, bar.Label, "end");
                svg.Rectangle(Left, y + 2, Math.Max(length, 1), RowHeight - 7, ColourOf(bar.Kind));
                string ratio = bar.Kind is BarKind.First || ours <= 0 ? "" : $" ({Figures.Short(bar.Seconds / ours)} times ours)";
                svg.Text(Left + length + 6, y + 12, Figures.Short(bar.Seconds) + ratio);
                y += RowHeight;
            }
        }

        return svg.End(Width, y + 8);
    }

    private static string ColourOf(BarKind kind) => kind switch
    {
        BarKind.First => "#2f81f7",
        BarKind.Ours => "#74aef9",
        BarKind.Peer => "#9aa4af",
        _ => "#d29922",
    };
}
