using System.Text;

namespace Cli.Tests.Support;

/// <summary>What a command left.</summary>
internal sealed record CliResult(string CommandLine, int ExitCode, byte[] OutputBytes, string Error)
{
    public string Output => Encoding.UTF8.GetString(OutputBytes);

    public string Line => Output.TrimEnd('\n');

    public CliResult Expect(int exitCode = 0)
    {
        Assert.True(ExitCode == exitCode, $"exit code {ExitCode}, expected {exitCode}\n{this}");
        return this;
    }

    /// <summary>Expects a failure that says what and, after it, what to do.</summary>
    public CliResult ExpectError(int exitCode, params string[] words)
    {
        Expect(exitCode);
        Assert.Contains("error: ", Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", Error, StringComparison.Ordinal);
        foreach (string word in words)
        {
            Assert.Contains(word, Error, StringComparison.Ordinal);
        }

        return this;
    }

    public override string ToString() => $"$ layerstore {CommandLine}\n--- stdout\n{Output}\n--- stderr\n{Error}";
}
