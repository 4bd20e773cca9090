namespace BenchTool.Plots;

/// <param name="Label">Before it.</param>
/// <param name="Seconds">Its length.</param>
/// <param name="Kind">Its colour.</param>
internal readonly record struct Bar(string Label, double Seconds, BarKind Kind);
