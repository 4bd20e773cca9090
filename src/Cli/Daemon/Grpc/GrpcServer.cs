using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LayerStore.Daemon.Grpc;

/// <summary>
/// gRPC over HTTP/2, as https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md says it, on a web server that speaks HTTP/2.
/// This folder knows nothing of what is served. Grpc.AspNetCore can take its place: services then derive from its base classes.
/// </summary>
/// <remarks>
/// A request becomes a call here: its headers are read, its method's handler runs, and its status is sent, whatever happens.
/// <see cref="GrpcBody"/> holds the framing, <see cref="GrpcErrors"/> the statuses.
/// </remarks>
internal sealed class GrpcServer
{
    /// <summary>The most connections; each costs a descriptor and memory as long as its client likes. More are closed at once.</summary>
    public const int MaxConnections = 1000;

    private const string ContentType = "application/grpc";

    // The longest that a timer takes; a deadline beyond is none.
    private static readonly TimeSpan s_longestTimeout = TimeSpan.FromDays(49);

    // As good as for ever. InfiniteTimeSpan is not: Kestrel adds it to the time of day, the sum overflows into the past, and each connection
    // without a call is closed at the next tick of a second, with the calls that arrive just then.
    private static readonly TimeSpan s_longestRest = TimeSpan.FromDays(3650);

    private readonly GrpcRoutes _routes = new();
    private readonly UnfinishedMessages _unfinished = new();
    private readonly IGrpcObserver? _observer;
    private readonly TimeProvider _clock;

    /// <summary>Makes a server of these services.</summary>
    public GrpcServer(IEnumerable<IGrpcService> services, IGrpcObserver? observer = null, TimeProvider? clock = null)
    {
        _observer = observer;
        _clock = clock ?? TimeProvider.System;
        foreach (IGrpcService service in services)
        {
            service.Map(_routes);
        }
    }

    /// <summary>Has the web server listen, with the limits of this protocol. Streams are long-lived and may rest, connections too.</summary>
    /// <param name="kestrel">The web server.</param>
    /// <param name="address">The socket's absolute path.</param>
    public void Listen(KestrelServerOptions kestrel, string address)
    {
        KestrelServerLimits limits = kestrel.Limits;
        limits.MaxRequestBodySize = null;
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;
        limits.KeepAliveTimeout = s_longestRest;
        limits.MaxConcurrentConnections = MaxConnections;
        limits.Http2.MaxStreamsPerConnection = 1000;
        kestrel.ListenUnixSocket(address, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            ConnectionPreface.Require(listen, _clock);
        });
    }

    /// <summary>Answers one request.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        HttpResponse response = context.Response;
        if (!IsGrpc(request))
        {
            // What PROTOCOL-HTTP2.md asks for, so that a client that is none of gRPC sees an error as well.
            response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        response.ContentType = ContentType;
        if (Refuse(request, out TimeSpan? timeout) is { } refusal)
        {
            response.Headers["grpc-accept-encoding"] = "identity";
            End(response, refusal.Status, refusal.Message);
        }
        else if (!_routes.TryFind(request.Path.Value ?? "", out GrpcMethod? method))
        {
            End(response, GrpcStatus.Unimplemented, $"unknown method {Printable.Text(request.Path.Value ?? "")}");
        }
        else
        {
            await RunAsync(context, method, timeout).ConfigureAwait(false);
        }
    }

    private static bool IsGrpc(HttpRequest request) =>
        HttpMethods.IsPost(request.Method)
        && request.ContentType is { } type
        && type.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase)
        && (type.Length == ContentType.Length || type[ContentType.Length] is '+' or ';');

    /// <summary>What is wrong with a request's headers, if anything is; its timeout, if it has one.</summary>
    private static (GrpcStatus Status, string Message)? Refuse(HttpRequest request, out TimeSpan? timeout)
    {
        timeout = null;
        if (request.Headers["grpc-encoding"].ToString() is var encoding and not ("" or "identity"))
        {
            return (GrpcStatus.Unimplemented, $"messages compressed with {Printable.Text(encoding)} are not understood");
        }

        if (request.Headers["grpc-timeout"].ToString() is not "" and var text)
        {
            if (!GrpcTimeout.TryParse(text, out TimeSpan value))
            {
                return (GrpcStatus.Internal, $"malformed grpc-timeout \"{Printable.Text(text)}\"");
            }

            timeout = value <= s_longestTimeout ? value : null;
        }

        return null;
    }

    private static void End(HttpResponse response, GrpcStatus status, string message)
    {
        // Without a message before it the status goes into the only header block there is ("Trailers-Only").
        Action<string, string> add = response.HasStarted
            ? (name, value) => response.AppendTrailer(name, value)
            : (name, value) => response.Headers[name] = value;
        add("grpc-status", ((int)status).ToString(CultureInfo.InvariantCulture));
        if (message.Length > 0)
        {
            add("grpc-message", GrpcMessageText.Encode(message));
        }
    }

    private async Task RunAsync(HttpContext context, GrpcMethod method, TimeSpan? timeout)
    {
        long began = _clock.GetTimestamp();
        using CancellationTokenSource? deadline = timeout is { } after ? new CancellationTokenSource(after, _clock) : null;
        using CancellationTokenSource cancelled = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted, deadline?.Token ?? CancellationToken.None);
        GrpcCall call = new()
        {
            Method = method.Path,
            RequestId = context.TraceIdentifier,
            Headers = context.Request.Headers,
            Deadline = timeout is { } left ? _clock.GetUtcNow() + left : null,
            Cancelled = cancelled.Token,
        };
        _observer?.Began(call);
        (GrpcStatus Status, string Message) end = (GrpcStatus.Ok, "");
        Exception? error = null;
        try
        {
            await method.Handler(new GrpcBody(context, _unfinished), call).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The boundary: whatever went wrong becomes a status, never a stack.
        catch (Exception e)
#pragma warning restore CA1031
        {
            error = e;
            end = GrpcErrors.Describe(e, call, callerIsGone: context.RequestAborted.IsCancellationRequested);
        }

        GrpcOutcome outcome = new(end.Status, end.Message, _clock.GetElapsedTime(began), error);
        _observer?.Ended(call, outcome);
        if (!context.RequestAborted.IsCancellationRequested)
        {
            End(context.Response, end.Status, end.Message);
            await context.Response.CompleteAsync().ConfigureAwait(false);
        }

        _observer?.Answered(call, outcome);
    }
}
