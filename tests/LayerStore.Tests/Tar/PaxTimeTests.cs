using System.Text;
using LayerStore.Tar;

namespace LayerStore.Tests.Tar;

public class PaxTimeTests
{
    [Theory]
    [InlineData("0", 0, 0)]
    [InlineData("1", 1, 0)]
    [InlineData("1.", 1, 0)]
    [InlineData("1.5", 1, 500_000_000)]
    [InlineData("1.000000001", 1, 1)]
    [InlineData("1.0000000019999", 1, 1)]
    [InlineData("1.9999999999", 1, 999_999_999)]
    [InlineData("-1", -1, 0)]
    [InlineData("-0", 0, 0)]
    [InlineData("-0.5", -1, 500_000_000)]
    [InlineData("-1.5", -2, 500_000_000)]
    [InlineData("-1.0000000001", -2, 999_999_999)]
    [InlineData("-0.9999999999", -1, 0)]
    [InlineData("-9223372036854775807", -9223372036854775807, 0)]
    [InlineData("9223372036854775807.999999999", 9223372036854775807, 999_999_999)]
    public void Times_are_rounded_down(string text, long seconds, int nanoseconds) =>
        Assert.Equal(new Timestamp(seconds, nanoseconds), PaxTime.Parse(Encoding.ASCII.GetBytes(text), "time"));

    [Theory]
    [InlineData(0, 0, "0")]
    [InlineData(1, 500_000_000, "1.5")]
    [InlineData(1, 1, "1.000000001")]
    [InlineData(-1, 0, "-1")]
    [InlineData(-1, 999_999_999, "-0.000000001")]
    [InlineData(-2, 500_000_000, "-1.5")]
    [InlineData(long.MaxValue, 999_999_999, "9223372036854775807.999999999")]
    [InlineData(long.MinValue + 1, 0, "-9223372036854775807")]
    [InlineData(long.MinValue, 1, "-9223372036854775807.999999999")]
    public void Times_are_written_as_short_as_they_can_be(long seconds, int nanoseconds, string text)
    {
        Timestamp time = new(seconds, nanoseconds);

        Assert.Equal(text, Encoding.ASCII.GetString(PaxTime.Format(time)));
        Assert.Equal(time, PaxTime.Parse(PaxTime.Format(time), "time"));
    }
}
