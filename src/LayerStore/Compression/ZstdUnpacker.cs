using System.Numerics;
using LayerStore.Linux;

namespace LayerStore.Compression;

/// <summary>zstd, RFC 8878: frames and skippable frames one after the other, decoded by libzstd.</summary>
/// <remarks>
/// libzstd checks a frame's window only when the output offered is smaller than the frame, and overlooks a wrong content size where the last block is an empty
/// compressed one and the input comes in pieces. Both are looked at here, so that a blob is right or wrong however it is read.
/// </remarks>
internal sealed class ZstdUnpacker : IUnpacker
{
    // The library's own bounds of ZSTD_d_windowLogMax on 64 bits.
    private const int MinWindowLog = 10;
    private const int MaxWindowLog = 31;

    private readonly PackedInput _input;
    private readonly long _maxWindow;
    private readonly LargeWindow? _largeWindow;
    private readonly ZstdContext _context;
    private bool _hasLargeWindow;
    private bool _insideFrame;
    private ulong? _contentSize;
    private ulong _unpacked;

    /// <param name="input">The packed data.</param>
    /// <param name="maxWindow">The largest window, in bytes.</param>
    /// <param name="largeWindow">Shared with the streams that are unpacked at the same time.</param>
    public ZstdUnpacker(PackedInput input, long maxWindow, LargeWindow? largeWindow)
    {
        _input = input;
        _maxWindow = maxWindow;
        _largeWindow = largeWindow;
        _context = ZstdContext.ForDecompression();
        _context.Set(LibZstd.WindowLogMax, Math.Clamp(BitOperations.Log2(BitOperations.RoundUpToPowerOf2((ulong)Math.Max(maxWindow, 1))), MinWindowLog, MaxWindowLog));
    }

    public int Read(Span<byte> target)
    {
        while (true)
        {
            ReadOnlySpan<byte> packed = _input.Peek(_insideFrame ? 1 : ZstdFrameHeader.MaxLength);
            if (!_insideFrame)
            {
                if (packed.IsEmpty)
                {
                    return 0;
                }

                BeginFrame(packed);
            }

            // At the input's end the library may still hold output back.
            nuint result = _context.Decompress(target, packed, out int written, out int taken);
            _input.Take(taken);
            ThrowIfError(result);

            // 0: a frame is complete, and all of it was written.
            _insideFrame = result != 0;
            _unpacked += (ulong)written;
            if (!_insideFrame && _contentSize is { } size && size != _unpacked)
            {
                throw Damaged("a frame does not hold what its header says");
            }

            if (written > 0)
            {
                return written;
            }

            if (packed.IsEmpty && _insideFrame)
            {
                throw Damaged("it is truncated");
            }
        }
    }

    public void Dispose()
    {
        _context.Dispose();
        if (_hasLargeWindow)
        {
            _hasLargeWindow = false;
            _largeWindow!.Leave();
        }
    }

    private void BeginFrame(ReadOnlySpan<byte> packed)
    {
        ZstdFrameHeader? header = ZstdFrameHeader.Read(packed);
        _contentSize = header?.ContentSize;
        _unpacked = 0;
        if (header is { Window: var window } && window > (ulong)_maxWindow)
        {
            throw WindowTooLarge();
        }

        if (header is { Window: > LargeWindow.From } && _largeWindow is not null && !_hasLargeWindow)
        {
            _largeWindow.Enter();
            _hasLargeWindow = true;
        }
    }

    private void ThrowIfError(nuint result)
    {
        if (!LibZstd.IsError(result))
        {
            return;
        }

        throw LibZstd.ErrorCode(result) switch
        {
            LibZstd.WindowTooLarge => WindowTooLarge(),
            LibZstd.UnknownPrefix => Damaged("something that is not zstd follows it"),
            LibZstd.OutOfMemory => new LayerStoreException(ErrorKind.ResourceExhausted, "libzstd is out of memory"),
            _ => Damaged(LibZstd.ErrorName(result)),
        };
    }

    private LayerStoreException WindowTooLarge() => new(
        ErrorKind.DataLoss,
        $"the zstd data needs a window over the limit {nameof(DecompressionLimits.MaxZstdWindow)} ({_maxWindow} bytes)",
        $"It was packed with a very long window (zstd --ultra or --long). {Limit.Hint(nameof(DecompressionLimits.MaxZstdWindow))}");

    private static LayerStoreException Damaged(string problem) => PackedData.Damaged("zstd", problem);
}
