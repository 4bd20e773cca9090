using LayerStore.Content;
using LayerStore.Oci;

namespace LayerStore.Images;

/// <summary>
/// Reads a blob forward and stores what passes. It verifies as <see cref="VerifyingStream"/> does, by the hash that the ingest takes anyway: the read that would
/// return the last byte throws instead if anything is wrong.
/// </summary>
/// <param name="inner">The blob's bytes; disposed with this.</param>
/// <param name="blob">What they must be.</param>
/// <param name="writer">An ingest without bytes; it stays the caller's.</param>
/// <param name="onRead">Told the position after each read.</param>
/// <param name="onVerified">Called once all bytes are there and are the right ones.</param>
/// <param name="onDisposed">Called once.</param>
internal sealed class StoringStream(
    Stream inner, Descriptor blob, IngestWriter writer, Action<long> onRead, Action onVerified, Action onDisposed) : ReadOnlyStream
{
    private bool _isEnded;
    private bool _isDisposed;

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty || _isEnded)
        {
            return 0;
        }

        int read = inner.Read(buffer);
        writer.Write(buffer[..read]);
        onRead(writer.Offset);
        if (read == 0 || writer.Offset == blob.Size)
        {
            // An empty blob, and one that is too long or too short, are told by what comes after the last byte.
            Span<byte> more = stackalloc byte[1];
            writer.Write(more[..(read == 0 ? 0 : inner.Read(more))]);
            writer.Require(blob.Digest, blob.Size);
            _isEnded = true;
            onVerified();
        }

        return read;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
        {
            _isDisposed = true;
            inner.Dispose();
            onDisposed();
        }

        base.Dispose(disposing);
    }
}
