namespace BenchTool.Results;

/// <summary>What no program can be faster than on this machine: work that cannot be left out, spread over the cores.</summary>
/// <param name="Cores">What the sum of the parts is divided by.</param>
/// <param name="Parts">The tools of the same scenario that measure them.</param>
internal sealed record Floor(int Cores, IReadOnlyList<string> Parts);
