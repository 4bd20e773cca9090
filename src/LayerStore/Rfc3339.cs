namespace LayerStore;

/// <summary>Times as text (RFC 3339), in UTC.</summary>
/// <remarks>Digit by digit: the class library's formats are compiled at run time, some fifteen methods, which a short command waits for.</remarks>
public static class Rfc3339
{
    /// <summary>A time to the second: <c>2024-02-29T01:02:03Z</c>.</summary>
    public static string Seconds(DateTimeOffset time) => Format(time.UtcDateTime, 0);

    /// <summary>A time with as many digits of the second's fraction as needed, seven at most.</summary>
    public static string Exact(DateTimeOffset time)
    {
        int digits = 7;
        for (long fraction = time.Ticks % TimeSpan.TicksPerSecond; digits > 0 && fraction % 10 == 0; fraction /= 10)
        {
            digits--;
        }

        return Format(time.UtcDateTime, digits);
    }

    private static string Format(DateTime utc, int digits) => string.Create(digits == 0 ? 20 : 21 + digits, utc, (text, time) =>
    {
        "0000-00-00T00:00:00.".AsSpan(0, Math.Min(20, text.Length - 1)).CopyTo(text);
        Put(text[..4], time.Year);
        Put(text[5..7], time.Month);
        Put(text[8..10], time.Day);
        Put(text[11..13], time.Hour);
        Put(text[14..16], time.Minute);
        Put(text[17..19], time.Second);
        long fraction = time.Ticks % TimeSpan.TicksPerSecond;
        for (int i = digits; i < 7; i++)
        {
            fraction /= 10;
        }

        Put(text.Slice(text.Length - 1 - digits, digits), fraction);
        text[^1] = 'Z';
    });

    private static void Put(Span<char> digits, long number)
    {
        for (int i = digits.Length - 1; i >= 0; i--)
        {
            digits[i] = (char)('0' + (number % 10));
            number /= 10;
        }
    }
}
