namespace LayerStore.Images;

/// <summary>Reads another stream and tells how far it is. Seeks where that one does, so that a copy can be resumed.</summary>
/// <param name="inner">The bytes; disposed with this.</param>
/// <param name="onRead">Told the position after each read.</param>
internal sealed class ProgressStream(Stream inner, Action<long> onRead) : ReadOnlyStream
{
    private long _position;

    public override bool CanSeek => inner.CanSeek;

    public override long Length => inner.Length;

    public override long Position
    {
        get => _position;
        set => _position = inner.Position = value;
    }

    public override int Read(Span<byte> buffer) => Tell(inner.Read(buffer));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Tell(await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => _position = inner.Seek(offset, origin);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Tell(int read)
    {
        _position += read;
        onRead(_position);
        return read;
    }
}
