using Xunit.Abstractions;

namespace Interop.Tests.Daemon;

/// <summary>containerd's own <c>snapshots/testsuite</c> on the daemon: as a proxy plugin, with either driver, and behind containerd's metadata store.</summary>
[Long]
public sealed class SnapshotSuiteTests(ITestOutputHelper output)
{
    private const int Cases = 21;
    private const int OwnCases = 1; // A daemon that is killed and started again.

    // The suite skips it for every snapshotter: overlay may answer EXDEV to the rename of a directory from below.
    private static readonly string[] s_skippedByTheSuite =
        ["TestSnapshotsMetadata/Rename", "TestSnapshotsProxy/Rename", "TestSnapshotsProxyNative/Rename"];

    [SkippableFact]
    public void Containerds_suite_passes_whole()
    {
        (int passed, IReadOnlyList<string> skipped) = GoDaemonSuite.Run("^TestSnapshots", output);

        Assert.Equal(s_skippedByTheSuite, skipped);
        Assert.Equal((3 * Cases) - s_skippedByTheSuite.Length + OwnCases, passed);
    }
}
