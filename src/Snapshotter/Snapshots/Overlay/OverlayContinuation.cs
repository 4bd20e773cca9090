namespace Snapshotter.Snapshots.Overlay;

/// <summary>The active snapshot whose upper becomes a layer, and what it goes on with. All null: none does.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Frozen">Its upper, the draft.</param>
/// <param name="NewUpper">The empty tree that takes the upper's place.</param>
/// <param name="Labels">What changes in its labels.</param>
internal sealed record OverlayContinuation(
    string? Key, OverlayLayerDraft? Frozen, long? NewUpper, IReadOnlyDictionary<string, string?>? Labels);
