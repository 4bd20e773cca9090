using System.Text;

namespace TestSupport;

/// <summary>What a finished program left: its exit code and all it wrote.</summary>
internal sealed record ToolResult(string CommandLine, int ExitCode, byte[] OutputBytes, byte[] ErrorBytes)
{
    /// <summary>Standard output as text. Bytes that are not UTF-8 come out as U+FFFD: use <see cref="OutputBytes"/> for those.</summary>
    public string Output => Encoding.UTF8.GetString(OutputBytes);

    /// <summary>Standard error as text.</summary>
    public string Error => Encoding.UTF8.GetString(ErrorBytes);

    /// <summary>The lines of standard output, without a last empty one.</summary>
    public string[] Lines => Output.TrimEnd('\n') is { Length: > 0 } text ? text.Split('\n') : [];

    /// <summary>Returns this result, or fails the test with the command and both outputs when the exit code is another one.</summary>
    public ToolResult Expect(int exitCode = 0) => ExitCode == exitCode
        ? this
        : throw new ToolFailedException($"exit code {ExitCode}, expected {exitCode}{Environment.NewLine}{this}");

    /// <inheritdoc/>
    public override string ToString() =>
        $"$ {CommandLine}\n--- exit code {ExitCode}\n--- stdout\n{Shorten(Output)}\n--- stderr\n{Shorten(Error)}";

    private static string Shorten(string text)
    {
        const int Limit = 8_000;
        return text.Length <= Limit ? text : string.Concat(text.AsSpan(0, Limit), $"\n… {text.Length - Limit} more characters");
    }
}
