namespace LayerStore.Daemon.Grpc;

/// <summary>The caller gave the call up, or its connection is gone: nobody sees what a handler does from here on.</summary>
/// <remarks>Known by its type, because <see cref="GrpcCall.Cancelled"/> may be cancelled a moment after a read or write has failed.</remarks>
internal sealed class CallerGoneException(Exception? innerException = null) : OperationCanceledException("the caller went away", innerException);
