namespace LayerStore.Daemon.Telemetry;

/// <summary>The kinds of metrics that Prometheus knows and the daemon has.</summary>
internal enum MetricKind
{
    /// <summary>Only grows.</summary>
    Counter,

    /// <summary>Grows and shrinks.</summary>
    Gauge,

    /// <summary>How many measurements were at most so large.</summary>
    Histogram,
}
