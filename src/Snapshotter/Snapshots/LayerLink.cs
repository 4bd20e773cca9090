using LayerStore;

namespace Snapshotter.Snapshots;

/// <summary>One layer of a chain that is being published.</summary>
/// <param name="DiffId">The digest of the layer's uncompressed tar.</param>
/// <param name="ChainId">The chain ID up to and with this layer: the name of the committed snapshot.</param>
/// <param name="Draft">The layer, freshly written; null if it is already published.</param>
public sealed record LayerLink(Digest DiffId, Digest ChainId, LayerDraft? Draft)
{
    /// <summary>Labels of the snapshot, if it is made now; one that is there keeps its own.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}
