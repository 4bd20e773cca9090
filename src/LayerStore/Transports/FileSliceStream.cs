using Microsoft.Win32.SafeHandles;

namespace LayerStore.Transports;

/// <summary>Part of a file, read by offset, so that any number of them share one open file. What fails is a <see cref="LayerStoreException"/>.</summary>
/// <param name="file">The file; it stays its owner's.</param>
/// <param name="offset">Where the part begins.</param>
/// <param name="length">Its length in bytes.</param>
internal sealed class FileSliceStream(SafeFileHandle file, long offset, long length) : Stream
{
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => _position = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value));
    }

    public override int Read(Span<byte> buffer)
    {
        int count = Count(buffer.Length);
        try
        {
            int read = count == 0 ? 0 : RandomAccess.Read(file, buffer[..count], offset + _position);
            _position += read;
            return read;
        }
        catch (Exception e) when (IoErrors.IsIo(e))
        {
            throw IoErrors.Translate(e, "read the archive");
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    // Synchronous: for a regular file the framework's asynchronous reads are too, on another thread.
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new ValueTask<int>(Read(buffer.Span));
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int Count(int wanted) => (int)Math.Clamp(length - _position, 0, wanted);
}
