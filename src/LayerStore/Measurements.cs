using System.Diagnostics.Metrics;

namespace LayerStore;

/// <summary>What this library measures (System.Diagnostics.Metrics), under the meter <c>LayerStore</c>. Without a listener it costs nothing.</summary>
internal static class Measurements
{
    private static readonly Meter s_meter = new("LayerStore");

    /// <summary>Bytes of blobs that were published here.</summary>
    public static Counter<long> PublishedBytes { get; } = s_meter.CreateCounter<long>("layerstore.content.published", "By", "Bytes of blobs that were published here.");

    /// <summary>Blobs that a verified read found damaged.</summary>
    public static Counter<long> DamagedBlobs { get; } = s_meter.CreateCounter<long>("layerstore.content.damaged", null, "Blobs that a verified read found damaged.");
}
