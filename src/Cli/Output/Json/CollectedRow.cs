using Snapshotter.Layers.Collection;

namespace LayerStore.Cli.Output.Json;

/// <summary>Something that a collection takes.</summary>
internal sealed record CollectedRow(string Kind, string Name, long Bytes)
{
    /// <summary>The row of a thing.</summary>
    public static CollectedRow Of(CollectedItem item) => new(item.Item.Kind.ToString().ToLowerInvariant(), item.Item.Name, item.Bytes);
}
