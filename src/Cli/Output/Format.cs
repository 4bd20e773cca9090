using System.Globalization;

namespace LayerStore.Cli.Output;

/// <summary>Values as cells of a table.</summary>
internal static class Format
{
    /// <summary>A time, UTC, to the second.</summary>
    public static string Time(DateTimeOffset time) => Rfc3339.Seconds(time);

    /// <summary>A number.</summary>
    public static string Count(long count) => count.ToString(CultureInfo.InvariantCulture);

    /// <summary>Labels, by name.</summary>
    public static string Labels(IReadOnlyDictionary<string, string> labels) =>
        string.Join(',', labels.Keys.Order(StringComparer.Ordinal).Select(name => $"{name}={labels[name]}"));
}
