namespace LayerStore.Compression;

/// <summary>No compression: hands bytes through.</summary>
internal sealed class PlainUnpacker(PackedInput input) : IUnpacker
{
    public int Read(Span<byte> target) => input.Read(target);

    public void Dispose()
    {
    }
}
