using LayerStore;
using LayerStore.Content;

namespace Snapshotter.Layers.Commit;

/// <summary>
/// An ingest as a stream to write to. It stays the caller's. It gets pieces of 256 KiB, whatever a compressor makes, so that a large blob is written past the page
/// cache (<see cref="LargeFileWriter"/>).
/// </summary>
internal sealed class IngestStream(IngestWriter writer) : WriteOnlyStream
{
    private const int PieceSize = 256 << 10;

    private byte[]? _piece;
    private int _filled;

    /// <summary>From now on, what is written is dropped: a compressor above that is given up still wants to write its end.</summary>
    public bool IsClosed { get; set; }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!IsClosed && !buffer.IsEmpty)
        {
            _piece ??= GC.AllocateUninitializedArray<byte>(PieceSize);
            int count = Math.Min(buffer.Length, PieceSize - _filled);
            buffer[..count].CopyTo(_piece.AsSpan(_filled));
            buffer = buffer[count..];
            _filled += count;
            if (_filled == PieceSize)
            {
                Complete();
            }
        }
    }

    /// <summary>Hands on what is left.</summary>
    public void Complete()
    {
        writer.Write(_piece.AsSpan(0, _filled));
        _filled = 0;
    }
}
