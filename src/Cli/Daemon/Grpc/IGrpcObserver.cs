namespace LayerStore.Daemon.Grpc;

/// <summary>Sees every call of a known method: for logs and metrics. Called by many threads; it must not throw.</summary>
internal interface IGrpcObserver
{
    /// <summary>A call began.</summary>
    void Began(GrpcCall call);

    /// <summary>It ended. Its caller still waits: nothing that takes long.</summary>
    void Ended(GrpcCall call, GrpcOutcome outcome);

    /// <summary>Its caller has the answer, or does not want it any more.</summary>
    void Answered(GrpcCall call, GrpcOutcome outcome)
    {
    }
}
