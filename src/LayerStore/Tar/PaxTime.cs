using System.Globalization;
using System.Text;

namespace LayerStore.Tar;

/// <summary>PAX times: decimal seconds since 1970 with an optional sign and fraction, such as <c>-1.5</c>.</summary>
internal static class PaxTime
{
    private const int NanosecondsPerSecond = 1_000_000_000;

    /// <summary>Reads a time. What is finer than a nanosecond is rounded down, before 1970 as after it.</summary>
    public static Timestamp Parse(ReadOnlySpan<byte> text, string what)
    {
        bool negative = text.StartsWith("-"u8);
        ReadOnlySpan<byte> digits = negative ? text[1..] : text;
        int point = digits.IndexOf((byte)'.');
        long seconds = TarNumber.ParseDecimal(point < 0 ? digits : digits[..point], what);
        ReadOnlySpan<byte> fraction = point < 0 ? default : digits[(point + 1)..];

        int nanoseconds = 0;
        bool finer = false;
        for (int i = 0; i < Math.Max(fraction.Length, 9); i++)
        {
            int digit = i < fraction.Length ? fraction[i] - '0' : 0;
            if (digit is < 0 or > 9)
            {
                throw new TarFormatException($"the {what} is not a number: \"{Printable.Bytes(text)}\"");
            }

            if (i < 9)
            {
                nanoseconds = (nanoseconds * 10) + digit;
            }
            else
            {
                finer |= digit != 0;
            }
        }

        if (!negative)
        {
            return new Timestamp(seconds, nanoseconds);
        }

        // -(s + n/1e9), rounded down, as whole seconds and a fraction that is added to them.
        nanoseconds += finer ? 1 : 0;
        return nanoseconds == 0
            ? new Timestamp(-seconds, 0)
            : new Timestamp(-seconds - 1, NanosecondsPerSecond - nanoseconds);
    }

    /// <summary>Writes a time with as many digits as it needs.</summary>
    public static byte[] Format(Timestamp time)
    {
        if (time.Nanoseconds == 0)
        {
            return Encoding.ASCII.GetBytes(time.Seconds.ToString(CultureInfo.InvariantCulture));
        }

        (string sign, long seconds, int nanoseconds) = time.Seconds < 0
            ? ("-", -(time.Seconds + 1), NanosecondsPerSecond - time.Nanoseconds)
            : ("", time.Seconds, time.Nanoseconds);
        return Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{sign}{seconds}.{nanoseconds:d9}").TrimEnd('0'));
    }
}
