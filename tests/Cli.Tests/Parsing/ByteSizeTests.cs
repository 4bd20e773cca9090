using LayerStore.Cli.Parsing;

namespace Cli.Tests.Parsing;

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1000, "0.98 KiB")]
    [InlineData(1024, "1.00 KiB")]
    [InlineData(10 * 1024, "10.0 KiB")]
    [InlineData(100 * 1024, "100 KiB")]
    [InlineData(1_268_776, "1.21 MiB")]
    [InlineData(1L << 30, "1.00 GiB")]
    [InlineData(long.MaxValue, "8.00 EiB")]
    public void Bytes_are_written_with_three_digits(long bytes, string text) => Assert.Equal(text, ByteSize.Format(bytes));

    [Theory]
    [InlineData("0", 0)]
    [InlineData("500", 500)]
    [InlineData("500B", 500)]
    [InlineData("1k", 1024)]
    [InlineData("64M", 64 << 20)]
    [InlineData("64MB", 64 << 20)]
    [InlineData("10GiB", 10L << 30)]
    [InlineData("7E", 7L << 60)]
    [InlineData("9223372036854775807", long.MaxValue)]
    public void A_number_may_have_a_unit(string text, long bytes)
    {
        Assert.True(ByteSize.TryParse(text, out long parsed));
        Assert.Equal(bytes, parsed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("M")]
    [InlineData("iB")]
    [InlineData("5iB")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("1.5G")]
    [InlineData("1 M")]
    [InlineData("1MM")]
    [InlineData("1Mi")]
    [InlineData("8E")]
    [InlineData("9223372036854775808")]
    [InlineData("0x10")]
    public void Anything_else_is_no_size(string text) => Assert.False(ByteSize.TryParse(text, out _));
}
