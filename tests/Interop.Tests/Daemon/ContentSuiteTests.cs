using Xunit.Abstractions;

namespace Interop.Tests.Daemon;

/// <summary>containerd's own suite for content stores, <c>content/testsuite</c>: each case has a daemon and a root of its own.</summary>
public sealed class ContentSuiteTests(ITestOutputHelper output)
{
    [SkippableFact]
    public void It_passes_through_containerds_proxy() => AssertWhole("^TestContentProxy$", 12);

    // With the three cases about namespaces, which need a store that knows them.
    [SkippableFact]
    public void It_passes_behind_containerds_metadata_store() => AssertWhole("^TestContentMetadata$", 15);

    [SkippableFact]
    public void Ingests_survive_the_daemon_and_messages_may_be_large()
    {
        (int passed, _) = GoDaemonSuite.Run("^TestContent(Ingest|Messages)", output);

        Assert.Equal(2, passed);
    }

    // Newer versions of the suite may have more cases.
    private void AssertWhole(string pattern, int leastPassed)
    {
        (int passed, IReadOnlyList<string> skipped) = GoDaemonSuite.Run(pattern, output);

        Assert.InRange(passed, leastPassed, int.MaxValue);
        Assert.Empty(skipped);
    }
}
