namespace LayerStore.Daemon.Grpc;

/// <summary>What a caller is told of an error.</summary>
internal static class GrpcErrors
{
    /// <summary>The status and message of what a handler threw.</summary>
    /// <param name="exception">What it threw.</param>
    /// <param name="call">Its call.</param>
    /// <param name="callerIsGone">Whether the caller went away, as opposed to a deadline that passed.</param>
    public static (GrpcStatus Status, string Message) Describe(Exception exception, GrpcCall call, bool callerIsGone) => exception switch
    {
        GrpcException e => (e.Status, e.Message),
        LayerStoreException e => (From(e.Kind), e.Message),
        CallerGoneException e => (GrpcStatus.Cancelled, e.Message),
        OperationCanceledException when callerIsGone => (GrpcStatus.Cancelled, "the caller went away"),
        OperationCanceledException when call.Cancelled.IsCancellationRequested => (GrpcStatus.DeadlineExceeded, "the deadline passed"),
        _ => (GrpcStatus.Internal, $"internal error; the daemon's log says more about request {call.RequestId}"),
    };

    /// <summary>The one place where a kind of error becomes a gRPC status.</summary>
    public static GrpcStatus From(ErrorKind kind) => kind switch
    {
        ErrorKind.InvalidArgument => GrpcStatus.InvalidArgument,
        ErrorKind.NotFound => GrpcStatus.NotFound,
        ErrorKind.AlreadyExists => GrpcStatus.AlreadyExists,
        ErrorKind.FailedPrecondition => GrpcStatus.FailedPrecondition,
        ErrorKind.Aborted => GrpcStatus.Aborted,
        ErrorKind.OutOfRange => GrpcStatus.OutOfRange,
        ErrorKind.DataLoss => GrpcStatus.DataLoss,
        ErrorKind.Unauthenticated => GrpcStatus.Unauthenticated,
        ErrorKind.Unavailable => GrpcStatus.Unavailable,
        ErrorKind.PermissionDenied => GrpcStatus.PermissionDenied,
        ErrorKind.Unimplemented => GrpcStatus.Unimplemented,
        ErrorKind.ResourceExhausted => GrpcStatus.ResourceExhausted,
        _ => GrpcStatus.Unknown,
    };
}
