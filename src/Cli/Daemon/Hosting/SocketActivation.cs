using System.Globalization;

namespace LayerStore.Daemon.Hosting;

/// <summary>Finds the socket that systemd passed when it started the daemon (sd_listen_fds(3)).</summary>
internal static class SocketActivation
{
    private const int FirstDescriptor = 3; // SD_LISTEN_FDS_START

    /// <summary>Takes the socket; null if none was passed.</summary>
    /// <param name="variable">Reads the environment.</param>
    /// <param name="processId">This process: what was meant for another is not ours.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.FailedPrecondition"/>: several were passed, or one that is no unix stream socket.</exception>
    public static ServerSocket? Take(Func<string, string?> variable, int processId)
    {
        int count = Count(variable, processId);
        return count switch
        {
            0 => null,
            1 => ServerSocket.FromDescriptor(FirstDescriptor),
            _ => throw new LayerStoreException(
                ErrorKind.FailedPrecondition, $"{count} sockets were passed by socket activation, and the daemon serves one", "Keep one ListenStream= in the socket's unit."),
        };
    }

    /// <summary>How many sockets were passed to this process.</summary>
    internal static int Count(Func<string, string?> variable, int processId) =>
        variable("LISTEN_PID") == processId.ToString(CultureInfo.InvariantCulture)
        && int.TryParse(variable("LISTEN_FDS"), NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            ? count
            : 0;
}
