namespace LayerStore.Compression;

/// <summary>
/// What <see cref="Compressor"/> hands out: a stream that ends its format when it is disposed. Flushing it does nothing: where
/// blocks end must not depend on when the writer flushes.
/// </summary>
internal abstract class PackingStream : WriteOnlyStream
{
    private bool _disposed;

    public sealed override bool CanWrite => !_disposed;

    public sealed override void Write(ReadOnlySpan<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Pack(buffer);
    }

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
