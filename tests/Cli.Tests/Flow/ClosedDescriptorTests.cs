using Cli.Tests.Support;

namespace Cli.Tests.Flow;

/// <summary>
/// Standard descriptors that are closed when the program starts. The runtime opens a pipe of its own under a number that is
/// free: whoever takes that for standard input waits for ever.
/// </summary>
public sealed class ClosedDescriptorTests
{
    private static readonly TimeSpan s_never = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData("layer apply tree", "<&-", "error: standard input is closed")]
    [InlineData("layer apply tree", "<&- >&-", "error: standard input is closed")]
    [InlineData("version", ">&-", "error: standard output is closed")]
    [InlineData("--help", "<&- >&-", "error: standard output is closed")]
    public void Using_a_closed_descriptor_is_an_error_that_says_so(string command, string redirections, string error)
    {
        ToolResult result = Run(command, redirections).Expect(1);
        Assert.StartsWith(error, result.Error, StringComparison.Ordinal);
        Assert.Contains("\nhint: ", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("layer apply tree", "</dev/null >&-", 0)]
    [InlineData("layer apply tree", "</dev/null >&- 2>&-", 0)]
    [InlineData("images -q", "<&- >&- 2>&-", 0)]
    [InlineData("version", "<&- 2>&-", 0)]
    [InlineData("nonsense", "2>&-", 64)]
    [InlineData("nonsense", "<&- >&- 2>&-", 64)]
    [InlineData("nonsense", "2>/dev/full", 64)]
    public void A_descriptor_that_is_not_used_may_be_closed(string command, string redirections, int exitCode) =>
        Assert.Empty(Run(command, redirections).Expect(exitCode).Error);

    /// <summary>Else a file of the store could be given the number, and the error message be written into it.</summary>
    [Fact]
    public void No_file_takes_the_number_of_a_closed_descriptor()
    {
        using TestStore store = new();
        ProcessRunner.Script(
            """
            mkfifo "$2/input"
            exec 3<>"$2/input"
            dotnet exec "$1" layer apply "$2/tree" 0<"$2/input" >&- 2>&- 3>&- &
            until [ -d "$2/tree" ]; do sleep 0.05; done
            ls -l /proc/$!/fd/1 /proc/$!/fd/2 >"$2/numbers"
            kill -TERM $!
            wait $! || true
            ! grep -F -- "-> $2/" "$2/numbers"
            """,
            Path.Combine(AppContext.BaseDirectory, "layerstore-cli.dll"),
            store.Temp.FullPath);
        Assert.Equal(2, File.ReadAllLines(store["numbers"]).Length);
    }

    private static ToolResult Run(string command, string redirections)
    {
        using TestStore store = new();
        string program = Path.Combine(AppContext.BaseDirectory, "layerstore-cli.dll");
        return new ToolCommand("bash", ["-c", $"cd \"$2\"; exec dotnet exec \"$1\" --root store {command} {redirections}", "bash", program, store.Temp.FullPath]) { Timeout = s_never }.Run();
    }
}
