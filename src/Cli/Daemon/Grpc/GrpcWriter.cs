using Google.Protobuf;

namespace LayerStore.Daemon.Grpc;

/// <summary>A call's responses. For one thread at a time.</summary>
internal sealed class GrpcWriter<T>(GrpcBody body, CancellationToken cancelled)
    where T : class, IMessage<T>
{
    /// <summary>Sends a message. Waits while the caller is slower than the handler.</summary>
    /// <exception cref="GrpcException">The message is too large.</exception>
    /// <exception cref="OperationCanceledException">The caller went away, or the deadline passed.</exception>
    public ValueTask WriteAsync(T message) => body.WriteAsync(message, flush: true, cancelled);
}
