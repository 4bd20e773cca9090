using System.Globalization;
using LayerStore.Cli.Parsing;
using Snapshotter.Layers.Collection;

namespace LayerStore.Cli.Output;

/// <summary>What a collection frees, in one line.</summary>
internal static class Freed
{
    /// <summary>The bytes, exact and rounded, and how many things of each kind there are.</summary>
    public static string Describe(CollectionResult result)
    {
        (StoreItemKind Kind, string Name)[] kinds =
        [
            (StoreItemKind.Blob, "blobs"),
            (StoreItemKind.Layer, "unpacked layers"),
            (StoreItemKind.Snapshot, "snapshots"),
            (StoreItemKind.Ingest, "ingests"),
            (StoreItemKind.Leftover, "leftovers"),
        ];
        IEnumerable<string> counts = kinds
            .Select(kind => (kind.Name, Count: result.OfKind(kind.Kind).Count()))
            .Where(kind => kind.Count > 0)
            .Select(kind => string.Create(CultureInfo.InvariantCulture, $"{kind.Name}: {kind.Count}"));
        string bytes = string.Create(CultureInfo.InvariantCulture, $"{result.Bytes} bytes ({ByteSize.Format(result.Bytes)})");
        return string.Join("; ", counts.Prepend(bytes));
    }
}
