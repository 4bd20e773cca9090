using Xunit.Abstractions;

namespace Interop.Tests.Daemon;

/// <summary>continuity's own file-system suite through the daemon's snapshots, content and diff services, with either driver.</summary>
public sealed class FileSystemSuiteTests(ITestOutputHelper output)
{
    private const int Cases = 8;

    [SkippableFact]
    public void Continuitys_suite_passes_whole()
    {
        (int passed, IReadOnlyList<string> skipped) = GoDaemonSuite.Run("^TestFileSystem", output);

        Assert.Equal(2 * Cases, passed);
        Assert.Empty(skipped);
    }
}
