using LayerStore;
using LayerStore.Content;
using LayerStore.Oci;

namespace Snapshotter.Layers.Commit;

/// <summary>A layer that was written to the content store, and is a blob once its ingest is committed.</summary>
/// <param name="Ingest">The ingest.</param>
/// <param name="Descriptor">The blob.</param>
/// <param name="DiffId">The digest of its uncompressed tar.</param>
/// <param name="UncompressedSize">The tar's length in bytes.</param>
internal sealed record LayerBlob(FinishedIngest Ingest, Descriptor Descriptor, Digest DiffId, long UncompressedSize);
