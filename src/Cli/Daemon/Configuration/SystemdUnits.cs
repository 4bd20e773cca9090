using System.Text;

namespace LayerStore.Daemon.Configuration;

/// <summary>Writes systemd's units for the daemon.</summary>
/// <remarks>
/// <para>What keeps mounts alive over a restart: they belong to the mount namespace, not to the daemon. So the service must run in the machine's own one.
/// Every option that gives it one of its own (PrivateTmp, ProtectSystem, ReadOnlyPaths, PrivateMounts, …) is left out on purpose: mounts made there
/// would be hidden from containerd, and end with the service.</para>
/// <para>KillMode=mixed: the daemon alone gets SIGTERM, waits for its calls and puts its helpers away itself.</para>
/// </remarks>
internal static class SystemdUnits
{
    /// <summary>The names of the units, as operands and as files.</summary>
    public static IReadOnlyList<string> Names { get; } = ["service", "socket"];

    /// <summary>A unit.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="settings">What the configuration says.</param>
    /// <param name="root">The store's directory.</param>
    /// <param name="command">The command that starts the daemon: an absolute path and its arguments.</param>
    public static string Write(string name, DaemonSettings settings, string root, IReadOnlyList<string> command) => name switch
    {
        "service" => Service(settings, root, command),
        "socket" => Socket(settings),
        _ => throw SettingValue.Wrong(name, $"one of {string.Join(", ", Names)}"),
    };

    private static string Service(DaemonSettings settings, string root, IReadOnlyList<string> command) => $"""
        [Unit]
        Description=LayerStore, snapshots and content for containerd
        Before=containerd.service
        After=local-fs.target
        RequiresMountsFor={Escape(root)}
        # Containers need it: systemd is never to give it up, nor the socket with it.
        StartLimitIntervalSec=0

        [Service]
        Type=notify
        NotifyAccess=main
        ExecStart={string.Join(' ', command.Select(Word))}
        ExecReload=/bin/kill -HUP $MAINPID
        Restart=always
        # Shorter than a client waits for an answer on the socket that systemd holds: containerd's first try is one second.
        RestartSec=100ms
        WatchdogSec=60
        # The daemon gives running calls {SettingValue.Show(settings.StopTimeout)} (stop-timeout in its configuration).
        TimeoutStopSec={(long)Math.Ceiling(settings.StopTimeout.TotalSeconds) + 5}
        # The daemon alone is told to stop. Mounts outlive it: it runs in the machine's own mount namespace, so there
        # is no PrivateTmp=, ProtectSystem= or other option here that would give it one of its own.
        KillMode=mixed
        LimitNOFILE=1048576
        TasksMax=infinity
        OOMScoreAdjust=-999

        [Install]
        WantedBy=multi-user.target

        """;

    private static string Socket(DaemonSettings settings)
    {
        StringBuilder text = new();
        text.Append($"""
            [Unit]
            Description=LayerStore's socket

            [Socket]
            ListenStream={Escape(settings.Address)}
            SocketMode={Convert.ToString((int)settings.SocketMode, 8).PadLeft(4, '0')}
            DirectoryMode=0711

            """);
        if (settings.SocketUser is { } user)
        {
            text.Append("SocketUser=").Append(user).Append('\n');
        }

        if (settings.SocketGroup is { } group)
        {
            text.Append("SocketGroup=").Append(group).Append('\n');
        }

        return text.Append("\n[Install]\nWantedBy=sockets.target\n").ToString();
    }

    // systemd.unit(5), specifiers: a percent sign stands for itself twice.
    private static string Escape(string text) => text.Replace("%", "%%", StringComparison.Ordinal);

    // systemd.service(5), command lines: quotes, C escapes, $ for variables.
    private static string Word(string text)
    {
        string escaped = Escape(text).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("$", "$$", StringComparison.Ordinal);
        return escaped.Any(c => c is ' ' or '"' or '\'' or '\\' or ';') ? $"\"{escaped}\"" : escaped;
    }
}
