using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace LayerStore.Daemon.Telemetry;

/// <summary>Writes the text format of Prometheus, version 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats).</summary>
internal sealed class PrometheusText
{
    /// <summary>The type of the document.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder _text = new();

    /// <summary>The name of an instrument by Prometheus' customs: its words joined by underscores, then the unit, then <c>_total</c> if it only grows.</summary>
    public static string NameOf(Instrument instrument)
    {
        string unit = instrument.Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
        string name = instrument.Name.Replace('.', '_');
        bool grows = instrument.GetType().GetGenericTypeDefinition() is var type && (type == typeof(Counter<>) || type == typeof(ObservableCounter<>));
        return name + (name.EndsWith(unit, StringComparison.Ordinal) ? "" : unit) + (grows ? "_total" : "");
    }

    /// <summary>Labels as they stand behind a name, in order; nothing if there are none.</summary>
    public static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        if (labels.IsEmpty)
        {
            return "";
        }

        KeyValuePair<string, object?>[] sorted = labels.ToArray();
        Array.Sort(sorted, (a, b) => string.CompareOrdinal(a.Key, b.Key));
        return string.Join(',', sorted.Select(label => $"{label.Key}=\"{Escape(Convert.ToString(label.Value, CultureInfo.InvariantCulture) ?? "", quotes: true)}\""));
    }

    /// <summary>Begins a metric.</summary>
    public void Begin(string name, string help, MetricKind kind)
    {
        _text.Append("# HELP ").Append(name).Append(' ').Append(Escape(help, quotes: false)).Append('\n');
        _text.Append("# TYPE ").Append(name).Append(' ').Append(kind switch { MetricKind.Counter => "counter", MetricKind.Gauge => "gauge", _ => "histogram" }).Append('\n');
    }

    /// <summary>Writes a value.</summary>
    public void Write(string name, string labels, double value)
    {
        _text.Append(name);
        if (labels.Length > 0)
        {
            _text.Append('{').Append(labels).Append('}');
        }

        _text.Append(' ').Append(Number(value)).Append('\n');
    }

    /// <summary>Writes a histogram. What was counted in one bucket counts in all larger ones.</summary>
    public void WriteHistogram(string name, string labels, ReadOnlySpan<double> bounds, ReadOnlySpan<long> buckets, long count, double sum)
    {
        string before = labels.Length > 0 ? labels + "," : "";
        long below = 0;
        for (int i = 0; i < bounds.Length; i++)
        {
            below += buckets[i];
            Write(name + "_bucket", $"{before}le=\"{Number(bounds[i])}\"", below);
        }

        Write(name + "_bucket", before + "le=\"+Inf\"", count);
        Write(name + "_sum", labels, sum);
        Write(name + "_count", labels, count);
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Escape(string text, bool quotes)
    {
        text = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return quotes ? text.Replace("\"", "\\\"", StringComparison.Ordinal) : text;
    }
}
