using LayerStore.Daemon.Grpc;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Daemon.Tests.Support;

/// <summary>Services on a socket of one test, with the limits that the daemon sets.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly TempDirectory _temp = new();
    private readonly WebApplication _app;

    private TestServer(IGrpcObserver? observer, IGrpcService[] services)
    {
        GrpcServer server = new(services, observer);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            GrpcServer.Configure(kestrel.Limits);
            kestrel.ListenUnixSocket(Address, listen => listen.Protocols = HttpProtocols.Http2);
        });
        _app = builder.Build();
        _app.Run(server.InvokeAsync);
    }

    /// <summary>The socket.</summary>
    public string Address => _temp["s"];

    /// <summary>Serves until it is disposed.</summary>
    public static Task<TestServer> StartAsync(params IGrpcService[] services) => StartAsync(null, services);

    /// <summary>The same, with an observer.</summary>
    public static async Task<TestServer> StartAsync(IGrpcObserver? observer, params IGrpcService[] services)
    {
        TestServer server = new(observer, services);
        await server._app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
        _temp.Dispose();
    }
}
