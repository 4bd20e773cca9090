using BenchTool.Results;

namespace BenchTool.Tests.Results;

public sealed class ResultFileTests
{
    [Fact]
    public void Wall_time_is_the_median_and_memory_the_most()
    {
        Scenario scenario = Assert.Single(ResultText.Parse(
            "sample\trm\tours\t\t3\t1\t1000\t10", "sample\trm\tours\t\t1\t2\t3000\t20", "sample\trm\tours\t\t2\t3\t2000\t30").Scenarios);
        Series series = Assert.Single(scenario.Series);
        Assert.Equal((2, 2, 3000, 20), (series.Wall, series.Cpu, series.Peak, series.Written));
    }

    [Fact]
    public void The_median_of_two_runs_is_between_them() =>
        Assert.Equal(2.5, ResultText.Parse("sample\trm\tours\t\t1\t1\t1\t1", "sample\trm\tours\t\t4\t1\t1\t1").Scenarios[0].Series[0].Wall);

    [Fact]
    public void What_was_not_measured_is_no_number_and_no_part_of_a_median()
    {
        Series series = ResultText.Parse("sample\trm\tours\t\t1\t-\t-\t-", "sample\trm\tours\t\t2\t7\t-\t-").Scenarios[0].Series[0];
        Assert.Equal(7, series.Cpu);
        Assert.Equal(double.NaN, series.Written);
    }

    [Fact]
    public void The_floor_is_the_sum_of_its_parts_over_the_cores()
    {
        Scenario scenario = ResultText.Parse(
            "floor\tpull\t2\tinflate+hash", "sample\tpull\tours\t\t9\t9\t9\t9", "sample\tpull\tinflate\t\t3\t3\t-\t-", "sample\tpull\thash\t\t1\t1\t-\t-").Scenarios[0];
        Assert.Equal(2, scenario.FloorSeconds);
    }

    [Fact]
    public void There_is_no_floor_while_a_part_of_it_is_not_measured() =>
        Assert.Null(ResultText.Parse("floor\tpull\t2\tinflate+hash", "sample\tpull\tinflate\t\t3\t3\t-\t-").Scenarios[0].FloorSeconds);

    [Fact]
    public void A_scenario_without_samples_is_left_out() => Assert.Empty(ResultText.Parse("scenario\trm\tRemove\t").Scenarios);

    [Theory]
    [InlineData("sample\trm\tours\t\tfast\t1\t1\t1", "\"fast\" is not a number")]
    [InlineData("sample\trm\tours\t\t-1\t1\t1\t1", "\"-1\" is not a number")]
    [InlineData("sample\trm\tours\t\t1\t1\t1", "no such record with 7 fields: sample")]
    [InlineData("floor\trm\t0\ta+b", "\"0\" is no number of cores")]
    [InlineData("what", "no such record with 1 fields: what")]
    public void A_line_that_is_none_is_named(string line, string message) =>
        Assert.Equal($"a.tsv, line 2: {message}", Assert.Throws<FormatException>(() => ResultText.Parse(line)).Message);

    [Fact]
    public void A_file_must_say_which_part_it_is() =>
        Assert.Equal("a.tsv does not say which part it is", Assert.Throws<FormatException>(() => ResultFile.Parse("a.tsv", new StringReader("machine\tx"))).Message);

    [Fact]
    public void Of_each_scenario_the_newest_file_counts()
    {
        ResultFile first = ResultText.Parse("sample\trm\tours\t\t1\t1\t1\t1", "sample\trmi\tours\t\t1\t1\t1\t1");
        ResultFile second = ResultText.Parse("sample\trmi\tours\t\t2\t1\t1\t1");
        var latest = Latest.Of([first, second])["part"];
        Assert.Equal([("rm", 1), ("rmi", 2)], latest.Select(s => (s.Scenario.Name, s.Scenario.Series[0].Wall)));
        Assert.Equal([first, second], latest.Select(s => s.File));
    }
}
