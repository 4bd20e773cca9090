using Microsoft.Extensions.Logging;
using Snapshotter;

namespace LayerStore.Daemon.Configuration;

/// <summary>All settings, in the order of the file.</summary>
internal static class SettingList
{
    private static readonly (string Word, bool Value)[] s_truths = [("true", true), ("false", false)];

    private static readonly (string Word, LogFormat Value)[] s_formats = [("logfmt", LogFormat.Logfmt), ("json", LogFormat.Json)];

    private static readonly (string Word, LogLevel Value)[] s_levels =
        [("debug", LogLevel.Debug), ("info", LogLevel.Information), ("warning", LogLevel.Warning), ("error", LogLevel.Error)];

    private static readonly (string Word, StoreDriver Value)[] s_drivers = [("overlay", StoreDriver.Overlay), ("erofs", StoreDriver.Erofs), ("native", StoreDriver.Native)];

    /// <summary>The settings.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        new(
            "address",
            "--address",
            "The socket that containerd dials (proxy_plugins in its config.toml), an absolute path.",
            settings => settings.Address,
            (settings, text) => settings with { Address = SettingValue.SocketPath(text) }),
        new(
            "root",
            "--root",
            "The store's directory; null: $LAYERSTORE_ROOT, else /var/lib/layerstore for root and $XDG_DATA_HOME/layerstore for others.",
            settings => settings.Root,
            (settings, text) => settings with { Root = SettingValue.AbsolutePath(text) })
        {
            Clear = settings => settings with { Root = null },
        },
        new(
            "driver",
            "--driver",
            "How snapshots are kept: overlay, erofs or native; null: what the store has, overlay for a new one.",
            settings => settings.Driver is { } driver ? NameOf(driver, s_drivers) : null,
            (settings, text) => settings with { Driver = SettingValue.Word(text, s_drivers) })
        {
            Clear = settings => settings with { Driver = null },
        },
        new(
            "owner",
            "--owner",
            "Whose snapshots and blobs the socket shows. Each containerd needs an owner of its own: its collector removes all that it does not know.",
            settings => settings.Owner,
            (settings, text) => settings with { Owner = SettingValue.Owner(text) }),
        new(
            "sync",
            null,
            "Whether what a client was told is done is on the disk. With false a power cut may lose or damage the newest snapshots and blobs: faster, for what can be thrown away.",
            settings => NameOf(settings.Sync, s_truths),
            (settings, text) => settings with { Sync = SettingValue.Word(text, s_truths) }),
        new(
            "remap-ids",
            null,
            "Whether containerd (2.0 and later) is to mount with other users' ids itself; it must be told so: capabilities = [\"remap-ids\"].",
            settings => NameOf(settings.RemapIds, s_truths),
            (settings, text) => settings with { RemapIds = SettingValue.Word(text, s_truths) }),
        new(
            "stop-timeout",
            null,
            "How long running calls get to end when the daemon is stopped.",
            settings => SettingValue.Show(settings.StopTimeout),
            (settings, text) => settings with { StopTimeout = SettingValue.Duration(text) }),
        new(
            "socket.mode",
            null,
            "The socket's permissions. Whoever may write to it may do what root may: keep it closed.",
            settings => Convert.ToString((int)settings.SocketMode, 8).PadLeft(4, '0'),
            (settings, text) => settings with { SocketMode = SettingValue.Mode(text) }),
        new(
            "socket.uid",
            null,
            "The socket's user, a number; null: the daemon's.",
            settings => settings.SocketUser?.ToString(),
            (settings, text) => settings with { SocketUser = SettingValue.Id(text) })
        {
            Clear = settings => settings with { SocketUser = null },
        },
        new(
            "socket.gid",
            null,
            "The socket's group, a number; null: the daemon's.",
            settings => settings.SocketGroup?.ToString(),
            (settings, text) => settings with { SocketGroup = SettingValue.Id(text) })
        {
            Clear = settings => settings with { SocketGroup = null },
        },
        new(
            "metrics",
            "--metrics",
            "Where Prometheus finds metrics (/metrics): 127.0.0.1:9323 or unix:/run/layerstore/metrics.sock; null: nowhere.",
            settings => settings.Metrics?.ToString(),
            (settings, text) => settings with { Metrics = MetricsAddress.Parse(text) })
        {
            Clear = settings => settings with { Metrics = null },
        },
        new(
            "log.format",
            "--log-format",
            "How log lines are written to standard error: logfmt or json.",
            settings => NameOf(settings.LogFormat, s_formats),
            (settings, text) => settings with { LogFormat = SettingValue.Word(text, s_formats) }),
        new(
            "log.level",
            "--log-level",
            "What is logged: debug, info, warning or error. SIGHUP reads this one again.",
            settings => NameOf(settings.LogLevel, s_levels),
            (settings, text) => settings with { LogLevel = SettingValue.Word(text, s_levels) }),
        new(
            "traces.endpoint",
            null,
            "Where traces go by OTLP over HTTP, such as http://127.0.0.1:4318; null: nowhere.",
            settings => settings.TracesEndpoint?.OriginalString,
            (settings, text) => settings with { TracesEndpoint = SettingValue.HttpAddress(text) })
        {
            Clear = settings => settings with { TracesEndpoint = null },
        },
        new(
            "traces.ratio",
            null,
            "Which part of the calls is traced, 0 to 1. A caller that sends a traceparent header decides for its calls.",
            settings => settings.TracesRatio.ToString(),
            (settings, text) => settings with { TracesRatio = SettingValue.Ratio(text) }),
    ];

    private static string NameOf<T>(T value, (string Word, T Value)[] words) => Array.Find(words, word => word.Value!.Equals(value)).Word;
}
