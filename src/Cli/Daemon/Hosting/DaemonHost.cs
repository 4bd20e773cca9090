using LayerStore.Daemon.Grpc;
using LayerStore.Daemon.Services;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Snapshotter;

namespace LayerStore.Daemon.Hosting;

/// <summary>Serves a store on a unix socket until it is told to end (SIGTERM, SIGINT).</summary>
internal static class DaemonHost
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>Serves.</summary>
    public static async Task RunAsync(ServeOptions options, CancellationToken cancellationToken = default)
    {
        await using Store store = await Store.OpenAsync(options.Root, new StoreOptions { Driver = options.Driver }, cancellationToken).ConfigureAwait(false);
        HealthService health = new();
        GrpcServer server = new([health, new SnapshotsService(store), new ContentService(store), new DiffService(store)]);

        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = s_patience);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            GrpcServer.Configure(kestrel.Limits);
            kestrel.ListenUnixSocket(options.Address, listen => listen.Protocols = HttpProtocols.Http2);
        });
        await using WebApplication app = builder.Build();
        app.Lifetime.ApplicationStopping.Register(health.Stop);
        app.Run(server.InvokeAsync);
        await app.RunAsync(cancellationToken).ConfigureAwait(false);
    }
}
