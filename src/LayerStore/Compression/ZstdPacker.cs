using LayerStore.Linux;

namespace LayerStore.Compression;

/// <summary>
/// One zstd frame by libzstd: a window of 2 MiB, one thread, a checksum, no content size. All data is passed with ZSTD_e_continue and the
/// end without data, so that neither the sizes of the writes nor how much there is in all decide the encoder's parameters.
/// </summary>
/// <remarks>
/// The parameters are those of level 3 in libzstd 1.5, said one by one: what a level means has changed between versions. The same
/// parameters may still give other bytes with another version; see docs/decisions/0007-deflate-encoder.md.
/// </remarks>
internal sealed class ZstdPacker : PackingStream
{
    private const int Level = 3;

    // ZSTD_dfast.
    private const int DoubleFast = 2;

    private readonly Stream _output;
    private readonly ZstdContext _context = ZstdContext.ForCompression();
    private readonly byte[] _buffer = new byte[128 << 10];

    public ZstdPacker(Stream output)
    {
        _output = output;
        _context.Set(LibZstd.CompressionLevel, Level);
        _context.Set(LibZstd.WindowLog, 21);
        _context.Set(LibZstd.ChainLog, 16);
        _context.Set(LibZstd.HashLog, 17);
        _context.Set(LibZstd.SearchLog, 1);
        _context.Set(LibZstd.MinMatch, 5);
        _context.Set(LibZstd.Strategy, DoubleFast);
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
