using System.Globalization;
using System.Xml.Linq;
using BenchTool.Plots;
using BenchTool.Results;

namespace BenchTool.Tests.Plots;

public sealed class PlotTests
{
    private static readonly XNamespace s_svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void Bars_are_as_long_as_the_times_are_to_each_other()
    {
        XElement svg = XElement.Parse(BarPlot.Draw([new BarGroup("rm", [new Bar("ours", 1, BarKind.First), new Bar("peer", 4, BarKind.Peer)])]));
        double[] widths = [.. svg.Elements(s_svg + "rect").Select(bar => Number(bar, "width"))];
        Assert.Equal(4, widths[1] / widths[0], 3);
        Assert.Contains("4.00 (4.00 times ours)", svg.Elements(s_svg + "text").Select(text => text.Value));
    }

    [Fact]
    public void Each_group_of_bars_has_its_own_scale()
    {
        XElement svg = XElement.Parse(BarPlot.Draw([new BarGroup("a", [new Bar("ours", 1, BarKind.First)]), new BarGroup("b", [new Bar("ours", 100, BarKind.First)])]));
        Assert.Single(svg.Elements(s_svg + "rect").Select(bar => Number(bar, "width")).Distinct());
    }

    [Fact]
    public void All_bars_are_inside_of_the_picture()
    {
        XElement svg = XElement.Parse(BarPlot.Draw([new BarGroup("a", [.. Enumerable.Range(1, 20).Select(i => new Bar($"{i}", i, BarKind.Peer))])]));
        Assert.All(svg.Elements(s_svg + "rect"), bar =>
        {
            Assert.InRange(Number(bar, "y") + Number(bar, "height"), 0, Number(svg, "height"));
            Assert.InRange(Number(bar, "x") + Number(bar, "width"), 0, Number(svg, "width"));
        });
    }

    [Fact]
    public void Labels_are_text_whatever_is_in_them()
    {
        XElement svg = XElement.Parse(BarPlot.Draw([new BarGroup("a < b & \"c\"", [new Bar("`ours <x>`", 1, BarKind.First)])]));
        Assert.Equal(["a < b & \"c\", seconds", "ours <x>", "1.00"], svg.Elements(s_svg + "text").Select(text => text.Value));
    }

    [Fact]
    public void What_took_no_time_is_drawn_too() =>
        Assert.Equal(1, Number(XElement.Parse(BarPlot.Draw([new BarGroup("a", [new Bar("ours", 0, BarKind.First)])])).Element(s_svg + "rect")!, "width"));

    [Fact]
    public void Work_that_grows_evenly_is_a_straight_line_through_zero()
    {
        ResultFile file = ResultText.Parse(
            "scenario\tfiles\tUnpack\tfiles", "sample\tfiles\tours\t4000\t8\t1\t1\t1", "sample\tfiles\tours\t1000\t2\t1\t1\t1", "sample\tfiles\tours\t2000\t4\t1\t1\t1");
        XElement svg = XElement.Parse(LinePlot.Draw(file, file.Scenarios[0]));
        (double X, double Y)[] points = [.. svg.Elements(s_svg + "polyline").First().Attribute("points")!.Value.Split(' ').Select(Point)];
        Assert.Equal(3, points.Length);
        double zero = points[0].X - (points[1].X - points[0].X);
        Assert.Equal(60, zero, 1);
        Assert.Equal((points[1].Y - points[0].Y) * 2, points[2].Y - points[1].Y, 1);
    }

    [Fact]
    public void A_growth_without_measured_memory_has_one_panel()
    {
        ResultFile file = ResultText.Parse("sample\tfiles\tours\t1\t8\t1\t-\t-", "sample\tfiles\tours\t2\t8\t1\t-\t-");
        Assert.Single(XElement.Parse(LinePlot.Draw(file, file.Scenarios[0])).Elements(s_svg + "polyline"));
    }

    [Theory]
    [InlineData(1, 0.2, 1)]
    [InlineData(4, 1, 4)]
    [InlineData(4.1, 1, 5)]
    [InlineData(9, 2, 10)]
    [InlineData(100000, 20000, 100000)]
    [InlineData(0, 1, 1)]
    public void Marks_are_round_and_the_last_is_not_below_the_most(double most, double step, double last)
    {
        Axis axis = new(most, 0, 100);
        Assert.Equal(step, axis.Step, 9);
        Assert.Equal(last, axis.Marks.Last(), 9);
        Assert.Equal(100, axis.At(last), 9);
        Assert.Equal(0, axis.At(0), 9);
    }

    private static double Number(XElement element, string attribute) => double.Parse(element.Attribute(attribute)!.Value, CultureInfo.InvariantCulture);

    private static (double X, double Y) Point(string text)
    {
        string[] parts = text.Split(',');
        return (double.Parse(parts[0], CultureInfo.InvariantCulture), double.Parse(parts[1], CultureInfo.InvariantCulture));
    }
}
