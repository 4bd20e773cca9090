namespace LayerStore.Daemon.Grpc;

/// <summary>Sees every call of a known method: for logs and metrics. Called by many threads; it must not throw.</summary>
internal interface IGrpcObserver
{
    /// <summary>A call began.</summary>
    void Began(GrpcCall call);

    /// <summary>It ended.</summary>
    void Ended(GrpcCall call, GrpcOutcome outcome);
}
