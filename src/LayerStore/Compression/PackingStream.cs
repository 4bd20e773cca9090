namespace LayerStore.Compression;

/// <summary>What <see cref="Compressor"/> hands out: a write-only stream that ends its format when it is disposed.</summary>
internal abstract class PackingStream : Stream
{
    private bool _disposed;

    public sealed override bool CanRead => false;

    public sealed override bool CanSeek => false;

    public sealed override bool CanWrite => !_disposed;

    public sealed override long Length => throw new NotSupportedException();

    public sealed override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public sealed override void Write(ReadOnlySpan<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Pack(buffer);
    }

    public sealed override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>Does nothing: where blocks end must not depend on when the writer flushes.</summary>
    public sealed override void Flush()
    {
    }

    public sealed override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public sealed override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public sealed override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Takes data.</summary>
    protected abstract void Pack(ReadOnlySpan<byte> data);

    /// <summary>Writes what is left, and the end of the format.</summary>
    protected abstract void Finish();

    /// <summary>Frees what the packer holds, whether it could finish or not.</summary>
    protected virtual void Release()
    {
    }

    protected sealed override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            try
            {
                Finish();
            }
            finally
            {
                Release();
            }
        }

        base.Dispose(disposing);
    }
}
