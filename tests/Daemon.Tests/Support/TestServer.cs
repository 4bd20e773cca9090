using LayerStore.Daemon.Grpc;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace Daemon.Tests.Support;

/// <summary>Services on a socket of one test, with the limits that the daemon sets.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly TempDirectory _temp = new();
    private readonly WebApplication _app;

    private TestServer(IGrpcObserver? observer, TimeProvider? clock, IGrpcService[] services)
    {
        GrpcServer server = new(services, observer, clock);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => server.Listen(kestrel, Address));
        _app = builder.Build();
        _app.Run(server.InvokeAsync);
    }

    /// <summary>The socket.</summary>
    public string Address => _temp["s"];

    /// <summary>Serves until it is disposed.</summary>
    public static Task<TestServer> StartAsync(params IGrpcService[] services) => StartAsync(null, null, services);

    /// <summary>The same, with an observer.</summary>
    public static Task<TestServer> StartAsync(IGrpcObserver? observer, params IGrpcService[] services) => StartAsync(observer, null, services);

    /// <summary>The same, with an observer and a clock.</summary>
    public static async Task<TestServer> StartAsync(IGrpcObserver? observer, TimeProvider? clock, params IGrpcService[] services)
    {
        TestServer server = new(observer, clock, services);
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
