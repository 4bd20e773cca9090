namespace LayerStore.Compression;

/// <summary>The input of SharpZipLib's bzip2 decoder, which asks for single bytes and takes every exception for the end.</summary>
internal sealed class Bzip2Input(PackedInput input) : ReadOnlyStream
{
    /// <summary>What reading really failed with.</summary>
    public Exception? Failure { get; private set; }

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

    public override int Read(Span<byte> buffer) => throw new NotSupportedException();
}
