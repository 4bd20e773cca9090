using System.Collections.Concurrent;
using LayerStore.Daemon.Grpc;

namespace Daemon.Tests.Support;

/// <summary>Remembers calls. Those that ended can be waited for.</summary>
internal sealed class ObserverLog : IGrpcObserver
{
    public BlockingCollection<GrpcCall> Begun { get; } = [];

    public BlockingCollection<(GrpcCall Call, GrpcOutcome Outcome)> Ended { get; } = [];

    void IGrpcObserver.Began(GrpcCall call) => Begun.Add(call);

    void IGrpcObserver.Ended(GrpcCall call, GrpcOutcome outcome) => Ended.Add((call, outcome));
}
