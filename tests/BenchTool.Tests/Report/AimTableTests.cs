using BenchTool.Report;
using BenchTool.Results;

namespace BenchTool.Tests.Report;

public sealed class AimTableTests
{
    private static readonly ResultFile File = ResultText.Parse(
        "label\tlayerstore\t`layerstore`",
        "floor\tpull\t2\tlimit-inflate",
        "aim\tpull\t3\tImport",
        "sample\tpull\tlayerstore\t\t2\t1\t60000000\t1",
        "sample\tpull\tlayerstore\t\t1\t1\t50000000\t1",
        "sample\tpull\tlayerstore-erofs\t\t0.5\t1\t40000000\t1",
        "sample\tpull\tlayerstore-erofs\t\t2\t1\t40000000\t1",
        "sample\tpull\tquick\t\t6\t1\t1\t1",
        "sample\tpull\tquick\t\t8\t1\t1\t1",
        "sample\tpull\tslow\t\t70\t1\t1\t1",
        "sample\tpull\tlimit-inflate\t\t1\t1\t-\t-",
        "sample\tlist\tlayerstore\t\t1\t1\t1\t1");

    [Fact]
    public void Each_run_is_compared_with_the_fastest_other_tool_of_that_run() =>
        Assert.Equal(
            """

            | | asked | `layerstore` | layerstore-erofs | runs | at the floor | the fastest other |
            | --- | ---: | ---: | ---: | ---: | ---: | --- |
            | Import | 3.00 | **3.00, 5.50** | **4.00, 8.00** | 2 | 14.0 | quick |

            Ours had 60 MB of memory at most: pull.

            """,
            AimTable.Of([.. File.Scenarios.Select(scenario => (File, scenario))]));

    [Fact]
    public void An_aim_that_one_run_missed_is_not_reached()
    {
        ResultFile file = ResultText.Parse(
            "aim\trm\t5\tRemove",
            "sample\trm\tlayerstore\t\t1\t1\t1\t1",
            "sample\trm\tlayerstore\t\t1\t1\t1\t1",
            "sample\trm\tpeer\t\t9\t1\t1\t1",
            "sample\trm\tpeer\t\t4.9\t1\t1\t1");
        Assert.Contains("| Remove | 5.00 | 4.90, 6.95 | 2 | – | peer |", AimTable.Of([(file, file.Scenarios[0])]), StringComparison.Ordinal);
    }

    [Fact]
    public void What_has_no_aim_or_no_other_tool_has_no_row()
    {
        ResultFile file = ResultText.Parse("aim\trm\t5\tRemove", "sample\trm\tlayerstore\t\t1\t1\t1\t1", "sample\trmi\tpeer\t\t1\t1\t1\t1");
        Assert.DoesNotContain("Remove", AimTable.Of([.. file.Scenarios.Select(scenario => (file, scenario))]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("aim\trm\t-1\tRemove")]
    [InlineData("aim\trm\tfast\tRemove")]
    public void An_aim_is_a_number_of_times(string line) => Assert.Throws<FormatException>(() => ResultText.Parse(line));
}
