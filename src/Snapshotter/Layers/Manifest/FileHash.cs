using System.Buffers;
using System.Security.Cryptography;
using LayerStore;
using Microsoft.Win32.SafeHandles;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Manifest;

/// <summary>The sha256 of a file's content.</summary>
internal static class FileHash
{
    private const int BufferSize = 256 << 10;

    /// <summary>Reads a file to its end.</summary>
    /// <param name="file">Open for reading; its position does not change.</param>
    /// <param name="name">For errors.</param>
    /// <param name="read">Told how many bytes were read, after each read.</param>
    /// <param name="cancellationToken">Stops between reads.</param>
    public static ByteString Compute(SafeFileHandle file, ByteString name, Action<int>? read, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            int length = FileOperations.ReadAt(file, buffer, 0, name);
            if (length < buffer.Length && FileOperations.ReadAt(file, buffer.AsSpan(length), length, name) == 0)
            {
                read?.Invoke(length);
                return ByteString.FromOwned(SHA256.HashData(buffer.AsSpan(0, length)));
            }

            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            for (long offset = 0; (length = FileOperations.ReadAt(file, buffer, offset, name)) > 0; offset += length)
            {
                cancellationToken.ThrowIfCancellationRequested();
                hash.AppendData(buffer, 0, length);
                read?.Invoke(length);
            }

            return ByteString.FromOwned(hash.GetHashAndReset());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
