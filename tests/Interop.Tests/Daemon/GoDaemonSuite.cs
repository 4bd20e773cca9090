using System.Text.RegularExpressions;
using Interop.Tests.Support;
using Xunit.Abstractions;

namespace Interop.Tests.Daemon;

/// <summary>Runs tests that are written in Go on the daemon (<c>tests/go/src/daemon/suites</c>), containerd's own among them.</summary>
internal static partial class GoDaemonSuite
{
    private const string Sources = "/usr/share/gocode/src/github.com/containerd/containerd";

    /// <summary>Runs the tests whose names match, and prints what was skipped and the counts. None may fail.</summary>
    /// <param name="pattern">A regular expression, as <c>go test -run</c> takes it.</param>
    /// <param name="output">Where the counts go.</param>
    /// <returns>How many passed, and the names of those that skipped themselves.</returns>
    public static (int Passed, IReadOnlyList<string> Skipped) Run(string pattern, ITestOutputHelper output)
    {
        Tools.RequireRoot();
        Tools.Require("go");
        Skip.IfNot(Directory.Exists(Sources), "not installed: containerd's Go sources (`make deps` installs them on Debian)");
        using TempDirectory temp = new();
        ToolResult result = new ToolCommand(Repository.PathOf("tests/go/run-daemon"), temp.FullPath, pattern)
        {
            Environment = new Dictionary<string, string?> { ["LAYERSTORE_DAEMON"] = string.Join(' ', DaemonProgram.Words) },
            Timeout = TimeSpan.FromMinutes(10),
        }.Run();

        output.WriteLine(result.Output);
        Match counts = Counts().Match(result.Expect().Lines[^1]);
        Assert.True(counts.Success, result.Output);
        return (int.Parse(counts.Groups[1].Value), [.. result.Lines.Where(line => line.StartsWith("SKIP ", StringComparison.Ordinal)).Select(line => line["SKIP ".Length..])]);
    }

    [GeneratedRegex("^daemon .*: ([0-9]+) passed, 0 failed, [0-9]+ skipped, 0 different on purpose$")]
    private static partial Regex Counts();
}
