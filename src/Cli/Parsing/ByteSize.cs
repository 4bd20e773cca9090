using System.Globalization;

namespace LayerStore.Cli.Parsing;

/// <summary>Sizes as people write and read them.</summary>
internal static class ByteSize
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    /// <summary>Bytes with three digits and a unit: <c>1.21 MiB</c>.</summary>
    public static string Format(long bytes)
    {
        double value = bytes;
        int unit = 0;
        while (value >= 999.5 && unit < Units.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        string format = unit == 0 || value >= 99.95 ? "0" : value >= 9.995 ? "0.0" : "0.00";
        return string.Create(CultureInfo.InvariantCulture, $"{value.ToString(format, CultureInfo.InvariantCulture)} {Units[unit]}");
    }

    /// <summary>Bytes as an option takes them, in the largest unit that they are a whole number of: <c>64K</c>.</summary>
    public static string Short(long bytes)
    {
        int unit = 0;
        for (; unit < Units.Length - 1 && bytes > 0 && bytes % 1024 == 0; unit++)
        {
            bytes /= 1024;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{bytes}{(unit == 0 ? "" : Units[unit][..1])}");
    }

    /// <summary>Parses a number of bytes with an optional unit: <c>500</c>, <c>64M</c>, <c>10GiB</c>; all units are powers of 1024.</summary>
    /// <returns>False for anything else, and for more than an Int64 holds.</returns>
    public static bool TryParse(string text, out long bytes)
    {
        string number = text.TrimEnd('i', 'B', 'b');
        int power = number.Length == 0 ? 0 : "KMGTPE".IndexOf(char.ToUpperInvariant(number[^1]), StringComparison.Ordinal) + 1;
        bytes = 0;
        if (text[number.Length..] is not ("" or "B" or "b" or "iB") || (power == 0 && text.EndsWith("iB", StringComparison.Ordinal)))
        {
            return false;
        }

        if (!long.TryParse(power == 0 ? number : number[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out long value)
            || value > long.MaxValue >> (10 * power))
        {
            return false;
        }

        bytes = value << (10 * power);
        return true;
    }
}
