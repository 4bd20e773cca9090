namespace TestSupport;

/// <summary>Short forms of <see cref="ToolCommand"/> for the two things that tests do most.</summary>
internal static class ProcessRunner
{
    /// <summary>Runs a program that must end with exit code 0.</summary>
    /// <exception cref="ToolFailedException">Another exit code, not started, or not finished in time.</exception>
    public static ToolResult Run(string file, params string[] arguments) => new ToolCommand(file, arguments).Run().Expect();

    /// <summary>Runs a program and gives the result whatever its exit code.</summary>
    /// <exception cref="ToolFailedException">Not started, or not finished in time.</exception>
    public static ToolResult TryRun(string file, params string[] arguments) => new ToolCommand(file, arguments).Run();

    /// <summary>Runs lines of bash under <c>set -euo pipefail</c>; the arguments are $1, $2 and so on. All must succeed.</summary>
    /// <exception cref="ToolFailedException">A line failed.</exception>
    public static ToolResult Script(string script, params string[] arguments) =>
        Run("bash", ["-c", "set -euo pipefail\n" + script, "script", .. arguments]);
}
