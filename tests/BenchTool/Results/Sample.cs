using System.Globalization;

namespace BenchTool.Results;

/// <summary>What one run of one command took. What was not measured is NaN.</summary>
/// <param name="Wall">Seconds from start to exit.</param>
/// <param name="Cpu">Seconds of processor time, in user and kernel mode, of the command, its children and its daemon.</param>
/// <param name="Peak">The most resident memory, in bytes.</param>
/// <param name="Written">Bytes that were given to the disk or are still to be written to it: write_bytes of proc(5), /proc/PID/io.</param>
internal readonly record struct Sample(double Wall, double Cpu, double Peak, double Written)
{
    /// <summary>Reads the four fields; <c>-</c> is what was not measured.</summary>
    /// <exception cref="FormatException">Not a number.</exception>
    public static Sample Parse(ReadOnlySpan<string> fields) => new(Number(fields[0]), Number(fields[1]), Number(fields[2]), Number(fields[3]));

    private static double Number(string field)
    {
        if (field == "-")
            return double.NaN;
        return double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number >= 0
            ? number
            : throw new FormatException($"\"{field}\" is not a number");
    }
}
