using LayerStore;

namespace Snapshotter;

/// <summary>News of one blob or layer that is being worked on.</summary>
/// <param name="Digest">The blob, or the layer's blob; of a check, the diffID of an unpacked layer.</param>
/// <param name="Stage">What is done to it.</param>
/// <param name="State">How far it is.</param>
/// <param name="Done">Bytes so far.</param>
/// <param name="Total">Bytes in all.</param>
public readonly record struct StoreProgress(Digest Digest, StoreStage Stage, StoreState State, long Done, long Total);
