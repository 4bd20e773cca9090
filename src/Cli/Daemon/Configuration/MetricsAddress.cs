using System.Net;

namespace LayerStore.Daemon.Configuration;

/// <summary>Where metrics are served: an address and port, or a socket.</summary>
internal sealed record MetricsAddress
{
    private const string SocketPrefix = "unix:";

    private MetricsAddress(IPEndPoint? endPoint, string? path)
    {
        EndPoint = endPoint;
        Path = path;
    }

    /// <summary>The address and port; null for a socket.</summary>
    public IPEndPoint? EndPoint { get; }

    /// <summary>The socket's absolute path; null for an address.</summary>
    public string? Path { get; }

    /// <summary>Reads <c>127.0.0.1:9323</c>, <c>[::1]:9323</c> or <c>unix:/run/layerstore/metrics.sock</c>.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.InvalidArgument"/>.</exception>
    public static MetricsAddress Parse(string text)
    {
        if (text.StartsWith(SocketPrefix, StringComparison.Ordinal))
        {
            return new MetricsAddress(null, SettingValue.SocketPath(text[SocketPrefix.Length..]));
        }

        // IPEndPoint takes an address without a port too, and an IPv6 address without brackets for one.
        return text.LastIndexOf(':') > text.LastIndexOf(']') && text.Count(c => c == ':') is var colons && (colons == 1 || text[0] == '[')
            && IPEndPoint.TryParse(text, out IPEndPoint? endPoint)
            ? new MetricsAddress(endPoint, null)
            : throw SettingValue.Wrong(text, "an address such as 127.0.0.1:9323, [::1]:9323 or unix:/run/layerstore/metrics.sock");
    }

    /// <inheritdoc/>
    public override string ToString() => Path is null ? EndPoint!.ToString() : SocketPrefix + Path;
}
