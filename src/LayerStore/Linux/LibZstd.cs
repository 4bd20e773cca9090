using System.Reflection;
using System.Runtime.InteropServices;

namespace LayerStore.Linux;

/// <summary>The streaming part of libzstd (zstd.h), version 1.4 or later. Everything in it is declared stable there.</summary>
internal static partial class LibZstd
{
    /// <summary>ZSTD_d_windowLogMax.</summary>
    public const int WindowLogMax = 100;

    /// <summary>ZSTD_c_compressionLevel.</summary>
    public const int CompressionLevel = 100;

    /// <summary>ZSTD_c_windowLog.</summary>
    public const int WindowLog = 101;

    /// <summary>ZSTD_c_hashLog.</summary>
    public const int HashLog = 102;

    /// <summary>ZSTD_c_chainLog.</summary>
    public const int ChainLog = 103;

    /// <summary>ZSTD_c_searchLog.</summary>
    public const int SearchLog = 104;

    /// <summary>ZSTD_c_minMatch.</summary>
    public const int MinMatch = 105;

    /// <summary>ZSTD_c_strategy.</summary>
    public const int Strategy = 107;

    /// <summary>ZSTD_c_checksumFlag.</summary>
    public const int ChecksumFlag = 201;

    /// <summary>ZSTD_e_continue.</summary>
    public const int Continue = 0;

    /// <summary>ZSTD_e_end.</summary>
    public const int End = 2;

    /// <summary>ZSTD_error_prefix_unknown.</summary>
    public const int UnknownPrefix = 10;

    /// <summary>ZSTD_error_frameParameter_windowTooLarge.</summary>
    public const int WindowTooLarge = 16;

    /// <summary>ZSTD_error_memory_allocation.</summary>
    public const int OutOfMemory = 64;

    private const string Library = "libzstd.so.1";

    private static readonly Lazy<bool> s_available = new(
        () => NativeLibrary.TryLoad(Library, Assembly.GetExecutingAssembly(), null, out _));

    /// <summary>Fails in words if the library is not installed.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.Unimplemented"/>.</exception>
    public static void ThrowIfMissing()
    {
        if (!s_available.Value)
        {
            throw new LayerStoreException(
                ErrorKind.Unimplemented,
                "zstd is not available: libzstd.so.1 is not installed",
                "Install it (Debian: libzstd1; Fedora: libzstd), or use gzip.");
        }
    }

    /// <summary>Whether a function's result is an error.</summary>
    public static bool IsError(nuint result) => ZSTD_isError(result) != 0;

    /// <summary>The number of an error, of enum ZSTD_ErrorCode (zstd_errors.h).</summary>
    public static int ErrorCode(nuint result) => ZSTD_getErrorCode(result);

    /// <summary>What an error is called.</summary>
    public static string ErrorName(nuint result) =>
        (Marshal.PtrToStringUTF8(ZSTD_getErrorName(result)) ?? "unknown error").ToLowerInvariant();

    /// <summary>ZSTD_inBuffer and ZSTD_outBuffer, which differ in a const only.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Buffer
    {
        public nint Data;
        public nuint Size;
        public nuint Position;
    }

    [LibraryImport(Library)]
    internal static partial nint ZSTD_createDCtx();

    [LibraryImport(Library)]
    internal static partial nuint ZSTD_freeDCtx(nint context);

    [LibraryImport(Library)]
    internal static partial nuint ZSTD_DCtx_setParameter(ZstdContext context, int parameter, int value);

    [LibraryImport(Library)]
    internal static partial nuint ZSTD_decompressStream(ZstdContext context, ref Buffer output, ref Buffer input);

    [LibraryImport(Library)]
    internal static partial nint ZSTD_createCCtx();

    [LibraryImport(Library)]
    internal static partial nuint ZSTD_freeCCtx(nint context);

    [LibraryImport(Library)]
    internal static partial nuint ZSTD_CCtx_setParameter(ZstdContext context, int parameter, int value);

    [LibraryImport(Library)]
    internal static partial nuint ZSTD_compressStream2(ZstdContext context, ref Buffer output, ref Buffer input, int directive);

    [LibraryImport(Library)]
    private static partial uint ZSTD_isError(nuint result);

    [LibraryImport(Library)]
    private static partial int ZSTD_getErrorCode(nuint result);

    [LibraryImport(Library)]
    private static partial nint ZSTD_getErrorName(nuint result);
}
