namespace LayerStore.Daemon.Configuration;

/// <summary>How a log line is written.</summary>
internal enum LogFormat
{
    /// <summary><c>time=… level=info msg="…" method=…</c>: for people, and for systemd's journal.</summary>
    Logfmt,

    /// <summary>One JSON object a line: for collectors of logs.</summary>
    Json,
}
