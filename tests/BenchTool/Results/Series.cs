using System.Globalization;

namespace BenchTool.Results;

/// <summary>All runs of one tool on one scenario, at one size where the scenario grows.</summary>
/// <param name="Tool">The tool's word, as scripts have it.</param>
/// <param name="At">The size, or which variant; empty where there is one only.</param>
internal sealed record Series(string Tool, string At)
{
    /// <summary>In the order in which they were measured.</summary>
    public List<Sample> Samples { get; } = [];

    /// <summary><see cref="At"/> where it is a number, else null.</summary>
    public double? Size => double.TryParse(At, NumberStyles.Float, CultureInfo.InvariantCulture, out double size) ? size : null;

    /// <summary>The median of the wall times, in seconds.</summary>
    public double Wall => Median(sample => sample.Wall);

    /// <summary>The median of the processor times, in seconds.</summary>
    public double Cpu => Median(sample => sample.Cpu);

    /// <summary>The highest peak, in bytes: what a machine must have.</summary>
    public double Peak => Samples.Max(sample => sample.Peak);

    /// <summary>The median of the bytes written.</summary>
    public double Written => Median(sample => sample.Written);

    /// <summary>The middle one, or between the two in the middle; of none, NaN. What was not measured does not count.</summary>
    public static double MedianOf(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Where(value => !double.IsNaN(value)).Order()];
        return sorted.Length == 0 ? double.NaN : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private double Median(Func<Sample, double> of) => MedianOf(Samples.Select(of));
}
