namespace Interop.Tests.Support;

public sealed class ProcessRunnerTests
{
    [Fact]
    public void Output_and_error_are_kept_apart_and_byte_for_byte()
    {
        var result = ProcessRunner.Script(@"printf 'a\377\nb\n'; printf 'oops' >&2");

        Assert.Equal([(byte)'a', 0xff, (byte)'\n', (byte)'b', (byte)'\n'], result.OutputBytes);
        Assert.Equal("oops", result.Error);
        Assert.Equal("b", result.Lines[1]);
    }

    [Fact]
    public void A_failure_names_the_command_and_shows_both_outputs()
    {
        var error = Assert.Throws<ToolFailedException>(() => ProcessRunner.Run("sh", "-c", "echo out; echo err >&2; exit 7"));

        Assert.Contains("exit code 7, expected 0", error.Message, StringComparison.Ordinal);
        Assert.Contains("$ sh -c 'echo out; echo err >&2; exit 7'", error.Message, StringComparison.Ordinal);
        Assert.Contains("--- stdout\nout\n", error.Message, StringComparison.Ordinal);
        Assert.Contains("--- stderr\nerr\n", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_that_hangs_is_killed_with_its_children()
    {
        using var directory = new TempDirectory();
        var command = new ToolCommand("sh", "-c", "sleep 1000 & echo $! > \"$1\"; wait", "sh", directory["pid"])
        {
            Timeout = TimeSpan.FromSeconds(5),
        };

        Assert.Throws<ToolFailedException>(() => command.Run());

        var pid = File.ReadAllText(directory["pid"]).Trim();

        // A killed process takes a moment to end; one that was not killed sleeps on and fails the script.
        ProcessRunner.Script("for ((i = 0; i < 600; i++)); do grep -qs '^State:[^Z]*$' \"/proc/$1/status\" || exit 0; sleep 0.1; done; exit 1", pid);
    }

    [Fact]
    public void Input_larger_than_a_pipe_passes_through()
    {
        var bytes = new byte[300_000];
        Random.Shared.NextBytes(bytes);

        var result = new ToolCommand("cat") { Input = bytes }.Run().Expect();

        Assert.Equal(bytes, result.OutputBytes);
    }

    [Fact]
    public void A_missing_program_fails_with_its_name()
    {
        var error = Assert.Throws<ToolFailedException>(() => ProcessRunner.Run("no-such-program-here"));

        Assert.Contains("$ no-such-program-here", error.Message, StringComparison.Ordinal);
    }
}
