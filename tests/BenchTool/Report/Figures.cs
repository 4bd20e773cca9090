using System.Globalization;

namespace BenchTool.Report;

/// <summary>How numbers are written: with as many digits as mean something.</summary>
internal static class Figures
{
    /// <summary>Three digits, such as 0.0123, 1.23, 12.3 and 123; a dash for what was not measured.</summary>
    public static string Short(double value)
    {
        if (double.IsNaN(value))
            return "–";
        if (value == 0)
            return "0";
        int decimals = Math.Clamp(2 - (int)Math.Floor(Math.Log10(Math.Abs(value))), 0, 4);
        return value.ToString($"F{decimals}", CultureInfo.InvariantCulture);
    }

    /// <summary>Bytes as MB (10^6), whole ones from 10 on.</summary>
    public static string Megabytes(double bytes) => double.IsNaN(bytes) ? "–" : (bytes / 1e6).ToString(bytes < 1e7 ? "F1" : "F0", CultureInfo.InvariantCulture);

    /// <summary>A count with its thousands apart.</summary>
    public static string Count(double value) => value.ToString("#,0.##", CultureInfo.InvariantCulture);
}
