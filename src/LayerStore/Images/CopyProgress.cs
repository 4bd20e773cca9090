using LayerStore.Oci;

namespace LayerStore.Images;

/// <summary>News of one blob's copy.</summary>
/// <param name="Descriptor">The blob; its size is the total.</param>
/// <param name="Done">Bytes so far.</param>
/// <param name="State">How far it is.</param>
public sealed record CopyProgress(Descriptor Descriptor, long Done, CopyState State);
