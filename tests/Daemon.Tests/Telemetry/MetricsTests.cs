using System.Diagnostics.Metrics;
using LayerStore.Daemon.Telemetry;

namespace Daemon.Tests.Telemetry;

/// <summary>What is measured, as Prometheus reads it.</summary>
public sealed class MetricsTests
{
    [Fact]
    public void Instruments_are_written_by_Prometheus_customs()
    {
        using Meter meter = new($"test-{Guid.NewGuid():n}");
        using MetricsRegistry registry = new(meter.Name);
        meter.CreateCounter<long>("layerstore.collections", description: "Runs.\nOf gc.").Add(3);
        meter.CreateObservableGauge("layerstore.content", () => new Measurement<long>(42, [new("owner", "a\"b\\c\n")]), "By", "Blobs.");
        Histogram<double> histogram = meter.CreateHistogram<double>("layerstore.call.duration", "s", "Calls.");
        histogram.Record(0.0005, [new("status", "OK"), new("method", "Stat")]);
        histogram.Record(0.3, [new("status", "OK"), new("method", "Stat")]);
        histogram.Record(99, [new("status", "OK"), new("method", "Stat")]);

        string text = registry.Write();

        Assert.Contains("# HELP layerstore_collections_total Runs.\\nOf gc.\n# TYPE layerstore_collections_total counter\nlayerstore_collections_total 3\n", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE layerstore_content_bytes gauge\nlayerstore_content_bytes{owner=\"a\\\"b\\\\c\\n\"} 42\n", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE layerstore_call_duration_seconds histogram\nlayerstore_call_duration_seconds_bucket{method=\"Stat\",status=\"OK\",le=\"0.0005\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("layerstore_call_duration_seconds_bucket{method=\"Stat\",status=\"OK\",le=\"0.5\"} 2\n", text, StringComparison.Ordinal);
        Assert.Contains(
            "layerstore_call_duration_seconds_bucket{method=\"Stat\",status=\"OK\",le=\"+Inf\"} 3\nlayerstore_call_duration_seconds_sum{method=\"Stat\",status=\"OK\"} 99.3005\n"
            + "layerstore_call_duration_seconds_count{method=\"Stat\",status=\"OK\"} 3\n",
            text,
            StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_gone_is_not_shown_again_and_other_meters_are_not_shown()
    {
        using Meter meter = new($"test-{Guid.NewGuid():n}");
        using Meter other = new($"test-{Guid.NewGuid():n}");
        List<Measurement<int>> now = [new(1, [new KeyValuePair<string, object?>("kind", "view")]), new(2, [new KeyValuePair<string, object?>("kind", "active")])];
        meter.CreateObservableGauge("snapshots", () => now);
        other.CreateCounter<int>("secret").Add(1);
        using MetricsRegistry registry = new(meter.Name);

        Assert.Equal("# HELP snapshots \n# TYPE snapshots gauge\nsnapshots{kind=\"active\"} 2\nsnapshots{kind=\"view\"} 1\n", registry.Write());
        now.RemoveAt(0);
        Assert.Equal("# HELP snapshots \n# TYPE snapshots gauge\nsnapshots{kind=\"active\"} 2\n", registry.Write());
    }

    [Fact]
    public void Labels_without_end_are_not_kept()
    {
        using Meter meter = new($"test-{Guid.NewGuid():n}");
        using MetricsRegistry registry = new(meter.Name);
        Counter<long> counter = meter.CreateCounter<long>("calls");
        for (int i = 0; i < 5000; i++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("key", i));
        }

        Assert.Equal(1000, registry.Write().Split('\n').Count(line => line.StartsWith("calls_total{", StringComparison.Ordinal)));
    }
}
