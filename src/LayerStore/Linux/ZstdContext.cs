using System.Runtime.InteropServices;

namespace LayerStore.Linux;

/// <summary>A ZSTD_CCtx or ZSTD_DCtx: owned memory of libzstd.</summary>
internal sealed unsafe class ZstdContext : SafeHandle
{
    private readonly bool _compresses;

    private ZstdContext(nint handle, bool compresses)
        : base(0, ownsHandle: true)
    {
        _compresses = compresses;
        SetHandle(handle);
        if (IsInvalid)
        {
            throw new LayerStoreException(ErrorKind.ResourceExhausted, "libzstd is out of memory");
        }
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>A context to decompress with.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.Unimplemented"/>: libzstd is not installed.</exception>
    public static ZstdContext ForDecompression()
    {
        LibZstd.ThrowIfMissing();
        return new ZstdContext(LibZstd.ZSTD_createDCtx(), compresses: false);
    }

    /// <summary>A context to compress with.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.Unimplemented"/>: libzstd is not installed.</exception>
    public static ZstdContext ForCompression()
    {
        LibZstd.ThrowIfMissing();
        return new ZstdContext(LibZstd.ZSTD_createCCtx(), compresses: true);
    }

    /// <summary>Sets a parameter.</summary>
    public void Set(int parameter, int value)
    {
        nuint result = _compresses
            ? LibZstd.ZSTD_CCtx_setParameter(this, parameter, value)
            : LibZstd.ZSTD_DCtx_setParameter(this, parameter, value);
        if (LibZstd.IsError(result))
        {
            throw new InvalidOperationException($"libzstd refuses parameter {parameter} = {value}: {LibZstd.ErrorName(result)}.");
        }
    }

    /// <summary>Decompresses some bytes; the result is 0 at the end of a frame, an error, or a hint.</summary>
    public nuint Decompress(Span<byte> output, ReadOnlySpan<byte> input, out int written, out int taken)
    {
        fixed (byte* target = output, source = input)
        {
            LibZstd.Buffer to = new() { Data = (nint)target, Size = (nuint)output.Length };
            LibZstd.Buffer from = new() { Data = (nint)source, Size = (nuint)input.Length };
            nuint result = LibZstd.ZSTD_decompressStream(this, ref to, ref from);
            written = (int)to.Position;
            taken = (int)from.Position;
            return result;
        }
    }

    /// <summary>Compresses some bytes; the result is an error or how much is still to be written.</summary>
    public nuint Compress(Span<byte> output, ReadOnlySpan<byte> input, bool end, out int written, out int taken)
    {
        fixed (byte* target = output, source = input)
        {
            LibZstd.Buffer to = new() { Data = (nint)target, Size = (nuint)output.Length };
            LibZstd.Buffer from = new() { Data = (nint)source, Size = (nuint)input.Length };
            nuint result = LibZstd.ZSTD_compressStream2(this, ref to, ref from, end ? LibZstd.End : LibZstd.Continue);
            written = (int)to.Position;
            taken = (int)from.Position;
            return result;
        }
    }

    protected override bool ReleaseHandle()
    {
        _ = _compresses ? LibZstd.ZSTD_freeCCtx(handle) : LibZstd.ZSTD_freeDCtx(handle);
        return true;
    }
}
