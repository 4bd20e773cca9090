namespace LayerStore.Daemon.Grpc;

/// <summary>Ends a call with a status and a message, both as the caller sees them.</summary>
internal sealed class GrpcException(GrpcStatus status, string message) : Exception(message)
{
    /// <summary>The status; not <see cref="GrpcStatus.Ok"/>.</summary>
    public GrpcStatus Status { get; } = status;
}
