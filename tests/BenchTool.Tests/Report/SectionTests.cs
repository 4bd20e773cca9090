using BenchTool.Report;
using BenchTool.Results;

namespace BenchTool.Tests.Report;

public sealed class SectionTests
{
    private static readonly ResultFile s_file = ResultText.Parse(
        "machine\ta machine", "sample\trm\tours\t\t1\t1\t1\t1", "scenario\tfiles\tUnpack\tfiles", "sample\tfiles\tours\t1\t1\t1\t1\t1", "sample\tfiles\tours\t2\t2\t1\t1\t1");

    [Fact]
    public void A_part_has_one_plot_of_what_is_compared_and_one_of_each_growth() =>
        Assert.Equal(["rm.svg", "rm-files.svg"], Of("rm").Plots.Select(plot => plot.Name));

    [Fact]
    public void Each_plot_is_shown() =>
        Assert.All(Of("rm").Plots, plot => Assert.Contains($"](plots/{plot.Name})", Of("rm").Text, StringComparison.Ordinal));

    [Fact]
    public void The_machine_is_said_once() => Assert.Equal(2, Of("rm").Text.Split("\na machine\n").Length);

    [Fact]
    public void Variants_have_tables_and_no_bars() =>
        Assert.Empty(Section.Of("commit", [.. ResultText.Parse("sample\tfew\tours\tgzip\t1\t1\t1\t1").Scenarios.Select(scenario => (s_file, scenario))]).Plots);

    private static Section Of(string part) => Section.Of(part, [.. s_file.Scenarios.Select(scenario => (s_file, scenario))]);
}
