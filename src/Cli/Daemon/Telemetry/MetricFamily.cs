using System.Diagnostics.Metrics;

namespace LayerStore.Daemon.Telemetry;

/// <summary>One metric: an instrument with all its combinations of labels, as Prometheus knows it.</summary>
internal sealed class MetricFamily
{
    // More combinations than this come from a mistake; what is above is not counted.
    private const int MaxSeries = 1000;

    // Seconds, from a lookup in a warm database to a large blob on a slow disk.
    private static readonly double[] s_bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, Series> _series = new(StringComparer.Ordinal);

    /// <summary>Makes the family of an instrument.</summary>
    public MetricFamily(Instrument instrument)
    {
        Name = PrometheusText.NameOf(instrument);
        Help = instrument.Description ?? "";
        Kind = instrument.GetType().GetGenericTypeDefinition() is var type && type == typeof(Histogram<>) ? MetricKind.Histogram
            : type == typeof(Counter<>) || type == typeof(ObservableCounter<>) ? MetricKind.Counter
            : MetricKind.Gauge;
        IsObserved = instrument.IsObservable;
    }

    /// <summary>Its name in the exposition.</summary>
    public string Name { get; }

    /// <summary>What it says, a line.</summary>
    public string Help { get; }

    /// <summary>What kind of metric it is.</summary>
    public MetricKind Kind { get; }

    /// <summary>Whether its values are asked for, as opposed to told.</summary>
    public bool IsObserved { get; }

    /// <summary>Takes a measurement.</summary>
    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        string key = PrometheusText.Labels(labels);
        lock (_lock)
        {
            if (!_series.TryGetValue(key, out Series? series))
            {
                if (_series.Count >= MaxSeries)
                {
                    return;
                }

                _series[key] = series = new Series();
            }

            if (Kind == MetricKind.Histogram)
            {
                series.Buckets ??= new long[s_bounds.Length];
                int bucket = Array.FindIndex(s_bounds, bound => value <= bound);
                if (bucket >= 0)
                {
                    series.Buckets[bucket]++;
                }

                series.Count++;
            }

            series.Sum = IsObserved ? value : series.Sum + value;
        }
    }

    /// <summary>Forgets what was observed: a combination of labels that is gone is not shown again.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _series.Clear();
        }
    }

    /// <summary>Writes all series.</summary>
    public void Write(PrometheusText text)
    {
        lock (_lock)
        {
            if (_series.Count == 0)
            {
                return;
            }

            text.Begin(Name, Help, Kind);
            foreach ((string labels, Series series) in _series)
            {
                if (Kind == MetricKind.Histogram)
                {
                    text.WriteHistogram(Name, labels, s_bounds, series.Buckets!, series.Count, series.Sum);
                }
                else
                {
                    text.Write(Name, labels, series.Sum);
                }
            }
        }
    }

    private sealed class Series
    {
        public long[]? Buckets { get; set; }

        public long Count { get; set; }

        public double Sum { get; set; }
    }
}
