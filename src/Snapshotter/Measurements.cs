using System.Diagnostics.Metrics;

namespace Snapshotter;

/// <summary>What this library measures (System.Diagnostics.Metrics), under the meter <c>Snapshotter</c>. Without a listener it costs nothing.</summary>
internal static class Measurements
{
    private static readonly Meter s_meter = new("Snapshotter");

    private static readonly Counter<long> s_collections = s_meter.CreateCounter<long>("layerstore.collections", null, "How often was collected: gc, rmi, and after clients gave things up.");
    private static readonly Counter<long> s_freedBytes = s_meter.CreateCounter<long>("layerstore.collections.freed", "By", "Bytes that collections freed.");
    private static readonly Counter<long> s_freedItems = s_meter.CreateCounter<long>("layerstore.collections.freed.items", null, "Blobs, layers, snapshots and leftovers that collections freed.");
    private static readonly Counter<long> s_findings = s_meter.CreateCounter<long>("layerstore.check.findings", null, "Damage that checks found.");

    /// <summary>A collection ended.</summary>
    /// <param name="kind">Which: gc, rmi or reclaim.</param>
    /// <param name="items">How many things went.</param>
    /// <param name="bytes">How many bytes they had.</param>
    public static void Collected(string kind, long items, long bytes)
    {
        KeyValuePair<string, object?> label = new("kind", kind);
        s_collections.Add(1, label);
        s_freedItems.Add(items, label);
        s_freedBytes.Add(bytes, label);
    }

    /// <summary>A check found damage.</summary>
    /// <param name="subject">In what.</param>
    public static void Damaged(string subject) => s_findings.Add(1, new KeyValuePair<string, object?>("subject", subject));
}
