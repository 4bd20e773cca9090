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
    public static bool AreEqual(SafeFileHandle left, SafeFileHandle right, ByteString path, CancellationToken cancellationToken)
    {
        byte[] leftBuffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        byte[] rightBuffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            for (long offset = 0; ; offset += BufferSize)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int read = FileOperations.ReadAt(left, leftBuffer.AsSpan(0, BufferSize), offset, path);
                int readRight = FileOperations.ReadAt(right, rightBuffer.AsSpan(0, BufferSize), offset, path);
                if (!leftBuffer.AsSpan(0, read).SequenceEqual(rightBuffer.AsSpan(0, readRight)))
                {
                    return false;
                }

                if (read < BufferSize)
                {
                    return true;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(leftBuffer);
            ArrayPool<byte>.Shared.Return(rightBuffer);
        }
    }
}
