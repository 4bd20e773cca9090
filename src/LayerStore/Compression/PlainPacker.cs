namespace LayerStore.Compression;

/// <summary>No compression: hands bytes through, and leaves the output open.</summary>
internal sealed class PlainPacker(Stream output) : PackingStream
{
    protected override void Pack(ReadOnlySpan<byte> data) => output.Write(data);

    protected override void Finish()
    {
    }
}
