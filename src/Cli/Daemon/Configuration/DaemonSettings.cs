using Microsoft.Extensions.Logging;
using Snapshotter;
using Snapshotter.Snapshots;

namespace LayerStore.Daemon.Configuration;

/// <summary>How the daemon runs. <see cref="SettingList"/> says how each of these is called in the file and on the command line.</summary>
internal sealed record DaemonSettings
{
    /// <summary>The socket's absolute path.</summary>
    public string Address { get; init; } = "/run/layerstore/layerstore.sock";

    /// <summary>The store's directory; null for the place that the system's customs give.</summary>
    public string? Root { get; init; }

    /// <summary>How snapshots are kept; null for what the store has.</summary>
    public StoreDriver? Driver { get; init; }

    /// <summary>Whose snapshots and blobs this socket shows.</summary>
    public string Owner { get; init; } = "containerd";

    /// <summary>Whether what a client was told is done is on the disk (<see cref="StoreOptions.Sync"/>).</summary>
    public bool Sync { get; init; } = true;

    /// <summary>Whether mounts with other owners are left to containerd (<see cref="SnapshotterOptions.MapIds"/>).</summary>
    public bool RemapIds { get; init; }

    /// <summary>The socket's permissions.</summary>
    public UnixFileMode SocketMode { get; init; } = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The socket's user; null for the daemon's.</summary>
    public uint? SocketUser { get; init; }

    /// <summary>The socket's group; null for the daemon's.</summary>
    public uint? SocketGroup { get; init; }

    /// <summary>How long running calls get to end when the daemon is stopped.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Where metrics are served; null for nowhere.</summary>
    public MetricsAddress? Metrics { get; init; }

    /// <summary>How log lines are written.</summary>
    public LogFormat LogFormat { get; init; } = LogFormat.Logfmt;

    /// <summary>What is logged: this and what is graver.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>Where traces are sent by OTLP over HTTP; null for nowhere.</summary>
    public Uri? TracesEndpoint { get; init; }

    /// <summary>Which part of the calls that bring no decision of their own is traced, 0 to 1.</summary>
    public double TracesRatio { get; init; } = 1;
}
