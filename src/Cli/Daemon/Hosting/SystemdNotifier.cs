using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace LayerStore.Daemon.Hosting;

/// <summary>Tells systemd how the daemon is (sd_notify(3)): a datagram of NAME=VALUE lines. Without systemd it does nothing.</summary>
internal sealed class SystemdNotifier : IDisposable
{
    private readonly string? _socket;
    private readonly Timer? _watchdog;

    /// <summary>Reads where and how often from the environment.</summary>
    /// <param name="variable">Reads a variable.</param>
    /// <param name="processId">This process.</param>
    public SystemdNotifier(Func<string, string?> variable, int processId)
    {
        string? socket = variable("NOTIFY_SOCKET");
        _socket = socket is ['/' or '@', _, ..] ? socket : null;
        if (_socket is not null && WatchdogInterval(variable, processId) is { } interval)
        {
            // On the thread pool: a daemon whose pool is stuck serves nobody, and is to be restarted.
            _watchdog = new Timer(_ => Send("WATCHDOG=1"), null, interval / 2, interval / 2);
        }
    }

    /// <summary>The daemon accepts calls.</summary>
    /// <param name="status">A line for <c>systemctl status</c>.</param>
    public void Ready(string status) => Send($"READY=1\nSTATUS={status}");

    /// <summary>The daemon has begun to stop.</summary>
    /// <param name="status">A line for <c>systemctl status</c>.</param>
    public void Stopping(string status) => Send($"STOPPING=1\nSTATUS={status}");

    /// <inheritdoc/>
    public void Dispose() => _watchdog?.Dispose();

    /// <summary>How often systemd wants to hear of this process; null: never (sd_watchdog_enabled(3)).</summary>
    internal static TimeSpan? WatchdogInterval(Func<string, string?> variable, int processId) =>
        long.TryParse(variable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out long microseconds) && microseconds is > 0 and < 1_000_000_000_000
        && (variable("WATCHDOG_PID") is not { Length: > 0 } process || process == processId.ToString(CultureInfo.InvariantCulture))
            ? TimeSpan.FromMicroseconds(microseconds)
            : null;

    private void Send(string state)
    {
        if (_socket is null)
        {
            return;
        }

        try
        {
            using Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.SendTo(Encoding.UTF8.GetBytes(state), new UnixDomainSocketEndPoint(_socket[0] == '@' ? "\0" + _socket[1..] : _socket));
        }
        catch (SocketException)
        {
            // Nobody to tell is no reason not to serve.
        }
    }
}
