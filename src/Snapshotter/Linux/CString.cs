using LayerStore;

namespace Snapshotter.Linux;

/// <summary>Bytes with a NUL at their end, for a system call.</summary>
internal static class CString
{
    /// <summary>How large a stack buffer holds every file name (NAME_MAX is 255) and most paths.</summary>
    public const int StackSize = 320;

    /// <summary>Copies bytes and a NUL into the buffer, or into a new array if it is too small.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: the bytes hold a NUL.</exception>
    public static Span<byte> Terminate(ReadOnlySpan<byte> bytes, Span<byte> buffer)
    {
        if (bytes.Contains((byte)0))
        {
            throw new LayerStoreException(ErrorKind.DataLoss, $"\"{Printable.Bytes(bytes)}\" holds a NUL byte");
        }

        Span<byte> target = bytes.Length < buffer.Length ? buffer : new byte[bytes.Length + 1];
        bytes.CopyTo(target);
        target[bytes.Length] = 0;
        return target;
    }

    /// <summary>The same for the name of one file in a directory.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: not a single file's name.</exception>
    public static Span<byte> TerminateName(ByteString name, Span<byte> buffer)
    {
        ReadOnlySpan<byte> bytes = name.Span;
        return bytes is [] or [(byte)'.'] or [(byte)'.', (byte)'.'] || bytes.Contains((byte)'/')
            ? throw new LayerStoreException(ErrorKind.DataLoss, $"\"{name}\" is not a file's name")
            : Terminate(bytes, buffer);
    }
}
