using System.Net.Sockets;
using LayerStore.Daemon.Configuration;
using LayerStore.Daemon.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LayerStore.Daemon.Telemetry;

/// <summary>Answers <c>GET /metrics</c>, on a port or a socket of its own: who may read metrics need not be allowed to call the daemon.</summary>
internal sealed class MetricsServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ServerSocket? _socket;

    private MetricsServer(WebApplication app, ServerSocket? socket)
    {
        _app = app;
        _socket = socket;
    }

    /// <summary>Begins to answer.</summary>
    /// <param name="settings">Where, and with which permissions if it is a socket.</param>
    /// <param name="write">Writes what there is.</param>
    /// <param name="log">What the web server has to say.</param>
    /// <exception cref="LayerStoreException">The address is taken, or cannot be used.</exception>
    public static async Task<MetricsServer> StartAsync(DaemonSettings settings, Func<CancellationToken, Task<string>> write, ILoggerProvider log)
    {
        MetricsAddress address = settings.Metrics!;
        ServerSocket? socket = address.Path is { } path ? ServerSocket.Bind(path, settings.SocketMode, settings.SocketUser, settings.SocketGroup) : null;
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.AddProvider(log);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Limits.MaxConcurrentConnections = 64;
            if (socket is null)
            {
                kestrel.Listen(address.EndPoint!, listen => listen.Protocols = HttpProtocols.Http1);
            }
            else
            {
                kestrel.ListenUnixSocket(socket.Path, listen => listen.Protocols = HttpProtocols.Http1);
            }
        });
        if (socket is not null)
        {
            builder.Services.Configure<SocketTransportOptions>(transport => transport.CreateBoundListenSocket = _ => socket.Socket);
        }

        WebApplication app = builder.Build();
        app.Run(context => AnswerAsync(context, write));
        try
        {
            await app.StartAsync().ConfigureAwait(false);
            return new MetricsServer(app, socket);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            await app.DisposeAsync().ConfigureAwait(false);
            socket?.Dispose();
            throw new LayerStoreException(
                ErrorKind.FailedPrecondition, $"cannot serve metrics on {address}: {Printable.Text(e.Message.TrimEnd('.'))}", "Choose another address with --metrics.", e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync().ConfigureAwait(false);
        _socket?.Dispose();
    }

    private static async Task AnswerAsync(HttpContext context, Func<CancellationToken, Task<string>> write)
    {
        if (context.Request.Path != "/metrics" || !(HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)))
        {
            context.Response.StatusCode = context.Request.Path == "/metrics" ? StatusCodes.Status405MethodNotAllowed : StatusCodes.Status404NotFound;
            return;
        }

        string text = await write(context.RequestAborted).ConfigureAwait(false);
        context.Response.ContentType = PrometheusText.ContentType;
        await context.Response.WriteAsync(text, context.RequestAborted).ConfigureAwait(false);
    }
}
