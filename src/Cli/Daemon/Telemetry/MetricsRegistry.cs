using System.Diagnostics.Metrics;

namespace LayerStore.Daemon.Telemetry;

/// <summary>Listens to the meters of LayerStore and shows what they measured to Prometheus.</summary>
internal sealed class MetricsRegistry : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly SortedDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>Begins to listen.</summary>
    /// <param name="meters">The names of the meters.</param>
    public MetricsRegistry(params string[] meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (meters.Contains(instrument.Meter.Name))
            {
                listener.EnableMeasurementEvents(instrument, FamilyOf(instrument));
            }
        };
        _listener.SetMeasurementEventCallback<long>(static (_, value, labels, family) => ((MetricFamily)family!).Record(value, labels));
        _listener.SetMeasurementEventCallback<int>(static (_, value, labels, family) => ((MetricFamily)family!).Record(value, labels));
        _listener.SetMeasurementEventCallback<double>(static (_, value, labels, family) => ((MetricFamily)family!).Record(value, labels));
        _listener.Start();
    }

    /// <summary>What was measured up to now, in Prometheus' text format.</summary>
    public string Write()
    {
        lock (_lock)
        {
            foreach (MetricFamily family in _families.Values.Where(family => family.IsObserved))
            {
                family.Clear();
            }

            _listener.RecordObservableInstruments();
            PrometheusText text = new();
            foreach (MetricFamily family in _families.Values)
            {
                family.Write(text);
            }

            return text.ToString();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private MetricFamily FamilyOf(Instrument instrument)
    {
        lock (_lock)
        {
            MetricFamily family = new(instrument);
            if (!_families.TryAdd(family.Name, family))
            {
                family = _families[family.Name];
            }

            return family;
        }
    }
}
