using System.Buffers;
using LayerStore;
using Microsoft.Win32.SafeHandles;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Diff;

/// <summary>Compares the bytes of two files.</summary>
internal static class FileContent
{
    private const int BufferSize = 128 << 10;

    /// <summary>Whether two files of the same size hold the same bytes. Holes read as zeros.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.Aborted"/>: one became shorter.</exception>
    public static bool AreEqual(SafeFileHandle left, SafeFileHandle right, long size, ByteString path, CancellationToken cancellationToken)
    {
        int length = (int)Math.Min(BufferSize, size);
        byte[] leftBuffer = ArrayPool<byte>.Shared.Rent(length);
        byte[] rightBuffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            for (long offset = 0; offset < size; offset += length)
            {
                cancellationToken.ThrowIfCancellationRequested();
                length = (int)Math.Min(length, size - offset);
                if (FileOperations.ReadAt(left, leftBuffer.AsSpan(0, length), offset, path) < length
                    || FileOperations.ReadAt(right, rightBuffer.AsSpan(0, length), offset, path) < length)
                {
                    throw ChangedFile.Error(path);
                }

                if (!leftBuffer.AsSpan(0, length).SequenceEqual(rightBuffer.AsSpan(0, length)))
                {
                    return false;
                }
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(leftBuffer);
            ArrayPool<byte>.Shared.Return(rightBuffer);
        }
    }
}
