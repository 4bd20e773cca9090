using Xunit.Abstractions;

namespace Interop.Tests.Daemon;

/// <summary>The daemon's gRPC and grpc-go, which containerd speaks.</summary>
public sealed class TransportTests(ITestOutputHelper output)
{
    [SkippableFact]
    public void A_real_client_calls_streams_cancels_and_ends()
    {
        (int passed, IReadOnlyList<string> skipped) = GoDaemonSuite.Run("^TestTransport", output);

        Assert.Equal(5, passed);
        Assert.Empty(skipped);
    }
}
