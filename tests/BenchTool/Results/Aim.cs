namespace BenchTool.Results;

/// <summary>How fast ours is to be, measured by the fastest of the other programs in the same run.</summary>
/// <param name="Times">How many times as fast, at least.</param>
/// <param name="Text">What is done, as a reader sees it.</param>
internal sealed record Aim(double Times, string Text);
