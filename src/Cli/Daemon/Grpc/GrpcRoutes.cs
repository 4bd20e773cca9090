using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;

namespace LayerStore.Daemon.Grpc;

/// <summary>Which handler takes which method's calls.</summary>
internal sealed class GrpcRoutes
{
    private readonly Dictionary<string, GrpcMethod> _methods = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _services = new(StringComparer.Ordinal);

    /// <summary>The services that have a method here, by their full names.</summary>
    public IReadOnlyCollection<string> Services => _services;

    /// <summary>Maps a method with one request and one response.</summary>
    /// <param name="service">The service's full name, as <c>package.Service</c>.</param>
    /// <param name="method">The method's name.</param>
    /// <param name="handler">What it does.</param>
    public void Unary<TRequest, TResponse>(string service, string method, Func<TRequest, GrpcCall, Task<TResponse>> handler)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse> => Add(service, GrpcMethod.Unary(Path(service, method), handler));

    /// <summary>Maps a method with one request and a stream of responses.</summary>
    /// <param name="service">The service's full name.</param>
    /// <param name="method">The method's name.</param>
    /// <param name="handler">What it does: the call ends when it returns.</param>
    public void ServerStream<TRequest, TResponse>(string service, string method, Func<TRequest, GrpcWriter<TResponse>, GrpcCall, Task> handler)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse> => Add(service, GrpcMethod.ServerStream(Path(service, method), handler));

    /// <summary>Maps a method with a stream of requests: responses are a stream too, of one message if the method has but one.</summary>
    /// <param name="service">The service's full name.</param>
    /// <param name="method">The method's name.</param>
    /// <param name="handler">What it does: the call ends when it returns, whether all requests were read or not.</param>
    public void Duplex<TRequest, TResponse>(string service, string method, Func<GrpcReader<TRequest>, GrpcWriter<TResponse>, GrpcCall, Task> handler)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse> => Add(service, GrpcMethod.Duplex(Path(service, method), handler));

    /// <summary>Finds the method that a request's path names.</summary>
    public bool TryFind(string path, [NotNullWhen(true)] out GrpcMethod? method) => _methods.TryGetValue(path, out method);

    private static string Path(string service, string method) => $"/{service}/{method}";

    private void Add(string service, GrpcMethod method)
    {
        _methods.Add(method.Path, method);
        _services.Add(service);
    }
}
