using BenchTool.Report;
using BenchTool.Results;

namespace BenchTool.Tests.Report;

public sealed class TablesTests
{
    [Fact]
    public void A_comparison_has_ours_first_limits_last_and_the_floor_below()
    {
        ResultFile file = ResultText.Parse(
            "label\tours\t`ours pull`",
            "scenario\tnode\tnode-modules\t",
            "floor\tnode\t2\tinflate+create",
            "sample\tnode\tours\t\t1.5\t2.25\t77000000\t1500000",
            "sample\tnode\tinflate\t\t0.5\t0.5\t-\t-",
            "sample\tnode\tcreate\t\t1\t1\t-\t-",
            "sample\tnode\tpeer\t\t6\t7\t80000000\t25000000");
        Assert.Equal(
            """

            | node-modules | wall, s | CPU, s | peak memory, MB | written, MB | times ours | runs |
            | --- | ---: | ---: | ---: | ---: | ---: | ---: |
            | `ours pull` | 1.50 | 2.25 | 77 | 1.5 | 1.00 | 1 |
            | peer | 6.00 | 7.00 | 80 | 25 | 4.00 | 1 |
            | inflate | 0.500 | 0.500 | – | – | 0.333 | 1 |
            | create | 1.00 | 1.00 | – | – | 0.667 | 1 |

            The floor: (inflate + create) / 2 cores = 0.750 s. `ours pull` takes 2.00 times as long.

            """,
            Tables.Of(file, file.Scenarios[0]));
    }

    [Fact]
    public void Ours_is_first_whenever_it_had_its_turn()
    {
        ResultFile file = ResultText.Parse("sample\trm\tpeer\t\t4\t1\t1\t1", "sample\trm\tlayerstore\t\t2\t1\t1\t1");
        string[] lines = Tables.Of(file, file.Scenarios[0]).Split('\n');
        Assert.Equal("| layerstore | 2.00 | 1.00 | 0.0 | 0.0 | 1.00 | 1 |", lines[3]);
        Assert.Equal("| peer | 4.00 | 1.00 | 0.0 | 0.0 | 2.00 | 1 |", lines[4]);
    }

    [Fact]
    public void Each_variant_has_a_table_of_its_own()
    {
        ResultFile file = ResultText.Parse("sample\tfew\tours\tgzip\t1\t1\t1\t1", "sample\tfew\tours\tzstd\t2\t1\t1\t1", "sample\tfew\tpeer\tgzip\t3\t1\t1\t1");
        string[] lines = Tables.Of(file, file.Scenarios[0]).Split('\n');
        Assert.Equal(["| few, gzip", "| few, zstd"], lines.Where(line => line.StartsWith("| few", StringComparison.Ordinal)).Select(line => line[..11]));
        Assert.Equal("| peer | 3.00 | 1.00 | 0.0 | 0.0 | 3.00 | 1 |", lines[4]);
    }

    [Fact]
    public void Sizes_are_listed_tool_by_tool_from_the_smallest()
    {
        ResultFile file = ResultText.Parse(
            "scenario\tfiles\tunpack\tfiles", "sample\tfiles\ta\t10000\t10\t1\t1\t1", "sample\tfiles\tb\t1000\t7\t1\t1\t1", "sample\tfiles\ta\t1000\t1\t1\t1\t1");
        string[] rows = [.. Tables.Of(file, file.Scenarios[0]).Split('\n').Skip(3).Where(line => line.Length > 0).Select(line => line[..line.IndexOf(" | 1.00 | 0.0", StringComparison.Ordinal)])];
        Assert.Equal(["| a | 1,000 | 1.00", "| a | 10,000 | 10.0", "| b | 1,000 | 7.00"], rows);
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(0.00004, "0.0000")]
    [InlineData(0.0123, "0.0123")]
    [InlineData(0.1234, "0.123")]
    [InlineData(1.234, "1.23")]
    [InlineData(12.34, "12.3")]
    [InlineData(123.4, "123")]
    [InlineData(12345, "12345")]
    [InlineData(double.NaN, "–")]
    public void Figures_have_three_digits(double value, string text) => Assert.Equal(text, Figures.Short(value));
}
