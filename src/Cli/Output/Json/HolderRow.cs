using Snapshotter.Layers.Collection;

namespace LayerStore.Cli.Output.Json;

/// <summary>A root that holds something, and the way there.</summary>
internal sealed record HolderRow(HolderStep Root, IReadOnlyList<HolderStep> Path)
{
    /// <summary>The row of a way.</summary>
    public static HolderRow Of(IReadOnlyList<StoreItem> path)
    {
        HolderStep[] steps = [.. path.Select(item => new HolderStep(item.Description, item.Name))];
        return new HolderRow(steps[0], steps);
    }
}
