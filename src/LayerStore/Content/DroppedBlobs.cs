namespace LayerStore.Content;

/// <summary>The blobs that owners gave up, and nobody has looked at since.</summary>
/// <param name="Digests">The blobs, each once. Others may hold them.</param>
/// <param name="Last">The number of the last record, to forget them up to there; 0 if there is none.</param>
public sealed record DroppedBlobs(IReadOnlyCollection<Digest> Digests, long Last);
