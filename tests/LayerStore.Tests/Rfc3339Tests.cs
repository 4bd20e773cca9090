using System.Globalization;

namespace LayerStore.Tests;

public sealed class Rfc3339Tests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(1_234_567)]
    [InlineData(5_000_000)]
    [InlineData(9_999_999)]
    [InlineData(631_139_040_000_000_000)]
    [InlineData(638_447_797_231_234_500)]
    [InlineData(3_155_378_975_999_999_999)]
    public void Times_are_written_as_the_class_library_writes_them(long ticks)
    {
        DateTimeOffset time = new(ticks, TimeSpan.Zero);
        Assert.Equal(time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), Rfc3339.Seconds(time));
        Assert.Equal(time.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture), Rfc3339.Exact(time));
    }

    [Fact]
    public void Times_of_other_places_are_written_in_UTC() =>
        Assert.Equal("2024-02-28T23:02:03.5Z", Rfc3339.Exact(new DateTimeOffset(2024, 2, 29, 1, 2, 3, 500, TimeSpan.FromHours(2))));
}
