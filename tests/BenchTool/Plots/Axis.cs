namespace BenchTool.Plots;

/// <summary>A linear axis from zero, with round marks.</summary>
/// <param name="Most">The largest value to show.</param>
/// <param name="From">Where zero is, in pixels.</param>
/// <param name="To">Where the last mark is, in pixels.</param>
internal readonly record struct Axis(double Most, double From, double To)
{
    private const int FewestSteps = 4;

    /// <summary>1, 2 or 5 times a power of ten, at least four of them on the axis.</summary>
    public double Step
    {
        get
        {
            if (!(Most > 0))
                return 1;
            double most = Most;
            double power = Math.Pow(10, Math.Floor(Math.Log10(most)));
            return new[] { power * 2, power, power / 2, power / 5 }.First(step => most / step >= FewestSteps);
        }
    }

    /// <summary>The marks, zero and one not below <see cref="Most"/> included.</summary>
    public IEnumerable<double> Marks
    {
        get
        {
            double step = Step;
            int steps = (int)Math.Max(1, Math.Ceiling(Most / step - 1e-9));
            return Enumerable.Range(0, steps + 1).Select(i => i * step);
        }
    }

    /// <summary>Where a value is, in pixels.</summary>
    public double At(double value) => From + (To - From) * value / Marks.Last();
}
