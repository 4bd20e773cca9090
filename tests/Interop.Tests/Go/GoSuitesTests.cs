using System.Text.RegularExpressions;
using Interop.Tests.Support;
using Xunit.Abstractions;

namespace Interop.Tests.Go;

/// <summary>containerd's and continuity's own tests of layers run on <c>layer apply</c> and <c>layer diff</c> (tests/go/README.md).</summary>
public sealed class GoSuitesTests(ITestOutputHelper output) : IDisposable
{
    private const string Sources = "/usr/share/gocode/src/github.com/containerd";

    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [SkippableFact]
    public void Containerds_and_continuitys_own_tests_pass()
    {
        ToolResult result = Run(string.Join(' ', CliProgram.Words));

        output.WriteLine(result.Output);
        Assert.Collection(
            result.Expect().Lines.Where(line => line.Contains(" passed, ", StringComparison.Ordinal)),
            line => AssertCounts("containerd archive", 61, 4, line),
            line => AssertCounts("containerd archive, entries", 8, 0, line),
            line => AssertCounts("continuity fs, diff", 10, 1, line));
    }

    [SkippableFact]
    public void They_fail_on_an_engine_that_does_nothing()
    {
        ToolResult result = Run("true").Expect(1);

        Assert.Contains("FAIL TestUnpack\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("FAIL TestOverlayApply/Basic\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("FAIL TestSimpleDiff\n", result.Output, StringComparison.Ordinal);
    }

    // Newer versions of the packages may have more cases.
    private static void AssertCounts(string suite, int leastPassed, int different, string line)
    {
        Match counts = Regex.Match(line, $"^{Regex.Escape(suite)}: ([0-9]+) passed, 0 failed, 0 skipped, {different} different on purpose$");
        Assert.True(counts.Success, line);
        Assert.InRange(int.Parse(counts.Groups[1].Value), leastPassed, int.MaxValue);
    }

    private ToolResult Run(string program)
    {
        Tools.RequireRoot();
        Tools.RequireFileSystem("overlay");
        Tools.Require("go", "tar");
        foreach (string file in new[] { "containerd/archive/tar_test.go", "continuity/fs/diff_test.go" })
            Skip.IfNot(File.Exists(Path.Combine(Sources, file)), $"not installed: {file} of containerd's Go sources (`make deps` installs it on Debian)");
        return new ToolCommand(Repository.PathOf("tests/go/run"), _temp.FullPath)
        {
            Environment = new Dictionary<string, string?> { ["LAYERSTORE"] = program },
            Timeout = TimeSpan.FromMinutes(10),
        }.Run();
    }
}
