namespace LayerStore.Compression;

/// <summary>The input of SharpZipLib's bzip2 decoder, which asks for single bytes and takes every exception for the end.</summary>
internal sealed class Bzip2Input(PackedInput input) : Stream
{
    /// <summary>What reading really failed with.</summary>
    public Exception? Failure { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int ReadByte()
    {
        try
        {
            return input.TakeByte();
        }
        catch (Exception e)
        {
            Failure = e;
            throw;
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
