using Google.Protobuf;

namespace LayerStore.Daemon.Grpc;

/// <summary>One method: reads its requests from a call's body, and writes its responses there.</summary>
/// <param name="Path"><c>/package.Service/Method</c>.</param>
/// <param name="Handler">Runs one call.</param>
internal sealed record GrpcMethod(string Path, Func<GrpcBody, GrpcCall, Task> Handler)
{
    /// <summary>One request, one response.</summary>
    public static GrpcMethod Unary<TRequest, TResponse>(string path, Func<TRequest, GrpcCall, Task<TResponse>> handler)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse> => new(path, async (body, call) =>
        {
            TRequest request = await new GrpcReader<TRequest>(body, call.Cancelled).ReadOnlyOneAsync().ConfigureAwait(false);
            call.Request = request;
            TResponse response = await handler(request, call).ConfigureAwait(false);
            await body.WriteAsync(response, flush: false, call.Cancelled).ConfigureAwait(false);
        });

    /// <summary>One request, any number of responses.</summary>
    public static GrpcMethod ServerStream<TRequest, TResponse>(string path, Func<TRequest, GrpcWriter<TResponse>, GrpcCall, Task> handler)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse> => new(path, async (body, call) =>
        {
            TRequest request = await new GrpcReader<TRequest>(body, call.Cancelled).ReadOnlyOneAsync().ConfigureAwait(false);
            call.Request = request;
            await handler(request, new GrpcWriter<TResponse>(body, call.Cancelled), call).ConfigureAwait(false);
        });

    /// <summary>Any number of both, in any order.</summary>
    public static GrpcMethod Duplex<TRequest, TResponse>(string path, Func<GrpcReader<TRequest>, GrpcWriter<TResponse>, GrpcCall, Task> handler)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse> => new(path, (body, call) =>
            handler(new GrpcReader<TRequest>(body, call.Cancelled), new GrpcWriter<TResponse>(body, call.Cancelled), call));
}
