using LayerStore;
using LayerStore.Content;

namespace Snapshotter.Layers.Commit;

/// <summary>An ingest as a stream to write to. It stays the caller's.</summary>
internal sealed class IngestStream(IngestWriter writer) : WriteOnlyStream
{
    /// <summary>From now on, what is written is dropped: a compressor above that is given up still wants to write its end.</summary>
    public bool IsClosed { get; set; }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (!IsClosed)
        {
            writer.Write(buffer);
        }
    }
}
