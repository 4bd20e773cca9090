namespace LayerStore.Compression;

/// <summary>What <see cref="Decompressor"/> hands out: a decoder behind the limits.</summary>
internal sealed class UnpackingStream(CompressionKind kind, PackedInput input, IUnpacker unpacker, DecompressionLimits limits)
    : DecompressionStream
{
    /// <summary>Below this a ratio says nothing: a small file of zeros is no attack.</summary>
    private const long RatioStartsAt = 64 << 20;

    private long _unpacked;
    private bool _disposed;

    public override CompressionKind Kind => kind;

    public override bool CanRead => !_disposed;

    public override int Read(Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (buffer.IsEmpty)
        {
            return 0;
        }

        int count = unpacker.Read(buffer);
        _unpacked += count;
        if (_unpacked > limits.MaxBytes)
        {
            throw OverLimit($"more than {limits.MaxBytes} bytes", nameof(limits.MaxBytes));
        }

        if (kind != CompressionKind.None && _unpacked > RatioStartsAt && _unpacked / limits.MaxRatio > input.Position)
        {
            throw OverLimit($"more than {limits.MaxRatio} times its size", nameof(limits.MaxRatio));
        }

        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            unpacker.Dispose();
            input.Dispose();
        }

        base.Dispose(disposing);
    }

    private static LayerStoreException OverLimit(string what, string limit) => new(
        ErrorKind.DataLoss,
        $"the compressed data expands to {what}, over the limit {limit}",
        $"It looks like a decompression bomb. {Limit.Hint(limit)}");
}
