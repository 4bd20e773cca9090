using LayerStore.Cli;
using LayerStore.Content;
using LayerStore.Daemon.Configuration;
using LayerStore.Daemon.Grpc;
using LayerStore.Daemon.Services;
using LayerStore.Daemon.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Snapshotter;
using Snapshotter.Linux;

namespace LayerStore.Daemon.Hosting;

/// <summary>Serves a store on a socket until it is told to stop.</summary>
/// <remarks>
/// Order. To start: what can be refused (configuration, the passed socket, the store, its owner's lock), then the socket, then calls are answered, then systemd is told.
/// To stop: systemd and health checks are told, nobody new is let in, running calls get their time, what is left is cut off, and all is put away in reverse.
/// </remarks>
internal sealed partial class DaemonHost : IAsyncDisposable
{
    private readonly DaemonSettings _settings;
    private readonly LineLoggerProvider _lines;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly SystemdNotifier _systemd;
    private readonly List<IAsyncDisposable> _parts = [];

    private DaemonHost(DaemonSettings settings, LogLevelSwitch levels)
    {
        _settings = settings;
        _lines = new LineLoggerProvider(settings.LogFormat, levels, Console.Error);
        _loggers = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(_lines));
        _logger = _loggers.CreateLogger<DaemonHost>();
        _systemd = new SystemdNotifier(Environment.GetEnvironmentVariable, Environment.ProcessId);
    }

    /// <summary>The program's version.</summary>
    private static string Version { get; } = typeof(DaemonHost).Assembly.GetName().Version?.ToString(3) ?? "";

    /// <summary>Serves until a signal stops it.</summary>
    /// <param name="arguments">The command line.</param>
    /// <exception cref="LayerStoreException">It cannot begin to serve.</exception>
    public static async Task RunAsync(DaemonArguments arguments)
    {
        arguments.Allow(SettingSources.Options);
        DaemonSettings settings = SettingSources.Resolve(arguments);
        LogLevelSwitch levels = new(settings.LogLevel);
        await using DaemonHost daemon = new(settings, levels);
        using StopSignals signals = new(() => daemon.Reload(arguments, levels), () => Environment.Exit(ExitCode.Cancelled));
        await daemon.ServeAsync(signals.StopRequested).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        for (int i = _parts.Count - 1; i >= 0; i--)
        {
            await _parts[i].DisposeAsync().ConfigureAwait(false);
        }

        _systemd.Dispose();
        _loggers.Dispose();
    }

    private async Task ServeAsync(Task stopRequested)
    {
        ServerSocket? passed = Keep(SocketActivation.Take(Environment.GetEnvironmentVariable, Environment.ProcessId));
        ForgetSystemd();
        string root = StoreRoot.Find(_settings.Root, Environment.GetEnvironmentVariable, Privileges.IsRoot);
        StoreOptions options = new()
        {
            Driver = _settings.Driver,
            Owner = _settings.Owner,
            Sync = _settings.Sync,
            MapIds = _settings.RemapIds,
            LeaveTrash = true,
            Loggers = _loggers,
        };
        Store store = await Store.OpenAsync(root, options).ConfigureAwait(false);
        _parts.Add(store);
        _ = (store.Content, store.Snapshots); // Whether they can be used is to be known before anybody calls.
        string address = passed?.Path is { Length: > 0 } path ? path : _settings.Address;
        Keep(await InstanceLock.TakeAsync(StoreLayout.Open(root), _settings.Owner, address, Version).ConfigureAwait(false));
        ServerSocket socket = passed ?? Keep(ServerSocket.Bind(address, _settings.SocketMode, _settings.SocketUser, _settings.SocketGroup))!;
        Keep(TraceExport.Start(_settings));
        _parts.Add(new Reclaimer(store, logger: _loggers.CreateLogger<Reclaimer>()));
        await StartMetricsAsync(store).ConfigureAwait(false);

        HealthService health = new();
        GrpcServer server = new(
            [health, new SnapshotsService(store), new ContentService(store), new DiffService(store)], new CallObserver(_loggers.CreateLogger<CallObserver>()));
        await using WebApplication app = Build(socket, address, server);
        await app.StartAsync().ConfigureAwait(false);
        Log.Serving(_logger, address, Printable.Text(root), _settings.Owner, Version, Environment.ProcessId);
        _systemd.Ready($"serving {_settings.Owner} on {address}");

        await stopRequested.ConfigureAwait(false);
        Log.Stopping(_logger, _settings.StopTimeout.TotalSeconds);
        _systemd.Stopping("waiting for running calls");
        health.Stop();
        await StopAsync(app).ConfigureAwait(false);
        Log.Stopped(_logger);
    }

    private WebApplication Build(ServerSocket socket, string address, GrpcServer server)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(_lines);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = _settings.StopTimeout);
        builder.Services.Configure<SocketTransportOptions>(transport =>
        {
            transport.CreateBoundListenSocket = _ => socket.Socket;

            // Calls run on threads of their own in any case (HTTP/2 streams do): frames need not change threads before and after that.
            transport.UnsafePreferInlineScheduling = true;
        });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            server.Listen(kestrel, address);
        });
        WebApplication app = builder.Build();
        app.Run(server.InvokeAsync);
        return app;
    }

    private async Task StopAsync(WebApplication app)
    {
        try
        {
            await app.StopAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Log.CutOff(_logger);
        }
    }

    private async Task StartMetricsAsync(Store store)
    {
        if (_settings.Metrics is not { } address)
        {
            return;
        }

        MetricsRegistry registry = Keep(new MetricsRegistry(CallObserver.SourceName, "LayerStore", "Snapshotter"))!;
        StoreGauges gauges = Keep(new StoreGauges(store))!;
        _parts.Add(await MetricsServer.StartAsync(_settings, WriteAsync, _lines).ConfigureAwait(false));
        Log.Metrics(_logger, address.ToString());

        async Task<string> WriteAsync(CancellationToken cancellationToken)
        {
            try
            {
                await gauges.RefreshAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (LayerStoreException e)
            {
                Log.NotCounted(_logger, e);
            }

            return registry.Write();
        }
    }

    /// <summary>SIGHUP: the level of the log can change while the daemon runs, the rest with its next start.</summary>
    private void Reload(DaemonArguments arguments, LogLevelSwitch levels)
    {
        try
        {
            DaemonSettings now = SettingSources.Resolve(arguments);
            levels.Level = now.LogLevel;
            Log.Reloaded(_logger, now with { LogLevel = _settings.LogLevel } == _settings ? "nothing else changed" : "other changes hold from the next start");
        }
        catch (LayerStoreException e)
        {
            Log.NotReloaded(_logger, e);
        }
    }

    // Programs that the daemon starts are not what systemd asked for.
    private static void ForgetSystemd()
    {
        foreach (string name in (ReadOnlySpan<string>)["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"])
        {
            Environment.SetEnvironmentVariable(name, null);
        }
    }

    private T? Keep<T>(T? part)
        where T : class, IDisposable
    {
        if (part is not null)
        {
            _parts.Add(new Part(part));
        }

        return part;
    }

    private sealed class Part(IDisposable part) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            part.Dispose();
            return ValueTask.CompletedTask;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "serving {Owner} on {Address}, from {Root}, as process {Pid} of version {Version}")]
        public static partial void Serving(ILogger logger, string address, string root, string owner, string version, int pid);

        [LoggerMessage(2, LogLevel.Information, "stopping: running calls get {Seconds} s")]
        public static partial void Stopping(ILogger logger, double seconds);

        [LoggerMessage(3, LogLevel.Information, "stopped")]
        public static partial void Stopped(ILogger logger);

        [LoggerMessage(4, LogLevel.Warning, "calls that had not ended in time were cut off")]
        public static partial void CutOff(ILogger logger);

        [LoggerMessage(5, LogLevel.Information, "metrics on {Address}")]
        public static partial void Metrics(ILogger logger, string address);

        [LoggerMessage(6, LogLevel.Information, "the log level was read again; {Rest}")]
        public static partial void Reloaded(ILogger logger, string rest);

        [LoggerMessage(8, LogLevel.Warning, "what the store holds could not be counted for the metrics")]
        public static partial void NotCounted(ILogger logger, Exception exception);

        [LoggerMessage(7, LogLevel.Error, "the configuration was not read again")]
        public static partial void NotReloaded(ILogger logger, Exception exception);
    }
}
