using Xunit.Abstractions;

namespace Interop.Tests.Daemon;

/// <summary>32 clients at once, for a bounded number of calls.</summary>
public sealed class LoadTests(ITestOutputHelper output)
{
    [SkippableFact]
    public void Clients_in_a_crowd_get_no_error_and_nothing_is_left_of_them()
    {
        (int passed, IReadOnlyList<string> skipped) = GoDaemonSuite.Run("^TestLoad", output);

        Assert.Equal(1, passed);
        Assert.Empty(skipped);
    }
}
