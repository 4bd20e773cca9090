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

    /// <summary>Writes a script that can be run, and gives its path.</summary>
    /// <remarks>Another process writes it: a child that another test starts has copies of this one's descriptors for a moment, and a file that is open
    /// for writing cannot be run (ETXTBSY).</remarks>
    public static string WriteProgram(string path, string text)
    {
        Script("printf %s \"$2\" > \"$1\"; chmod 700 \"$1\"", path, text);
        return path;
    }
}
