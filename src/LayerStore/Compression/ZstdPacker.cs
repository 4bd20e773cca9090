using LayerStore.Linux;

namespace LayerStore.Compression;

/// <summary>
/// One zstd frame by libzstd: level 3 (its default: the window is 2 MiB), one thread, a checksum, no content size. All data
/// is passed with ZSTD_e_continue and the end without data, so that neither the sizes of the writes nor how much there is in all decide
/// the encoder's parameters.
/// </summary>
internal sealed class ZstdPacker : PackingStream
{
    private const int Level = 3;

    private readonly Stream _output;
    private readonly ZstdContext _context = ZstdContext.ForCompression();
    private readonly byte[] _buffer = new byte[128 << 10];

    public ZstdPacker(Stream output)
    {
        _output = output;
        _context.Set(LibZstd.CompressionLevel, Level);
        _context.Set(LibZstd.ChecksumFlag, 1);
    }

    protected override void Pack(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            Step(data, end: false, out int taken);
            data = data[taken..];
        }
    }

    protected override void Finish()
    {
        while (Step(default, end: true, out _) != 0)
        {
        }
    }

    protected override void Release() => _context.Dispose();

    private nuint Step(ReadOnlySpan<byte> data, bool end, out int taken)
    {
        nuint left = _context.Compress(_buffer, data, end, out int written, out taken);
        if (LibZstd.IsError(left))
        {
            throw new LayerStoreException(ErrorKind.ResourceExhausted, $"zstd cannot compress: {LibZstd.ErrorName(left)}");
        }

        _output.Write(_buffer, 0, written);
        return left;
    }
}
