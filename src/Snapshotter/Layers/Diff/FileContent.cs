using System.Buffers;
using LayerStore;
using Microsoft.Win32.SafeHandles;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Diff;

/// <summary>Compares the bytes of two files.</summary>
internal static class FileContent
{
    private const int BufferSize = 128 << 10;

    /// <summary>Whether two regular files of the same size hold the same bytes. Holes read as zeros.</summary>
    public static bool AreEqual(DirectoryHandle leftDirectory, DirectoryHandle rightDirectory, ByteString name, long size, CancellationToken cancellationToken)
    {
        if (size == 0)
        {
            return true;
        }

        using SafeFileHandle left = leftDirectory.OpenRead(name);
        using SafeFileHandle right = rightDirectory.OpenRead(name);
        byte[] leftBuffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        byte[] rightBuffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            for (long offset = 0; ;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int read = FileOperations.ReadAt(left, leftBuffer.AsSpan(0, BufferSize), offset, name);
                int readRight = FileOperations.ReadAt(right, rightBuffer.AsSpan(0, BufferSize), offset, name);
                if (!leftBuffer.AsSpan(0, read).SequenceEqual(rightBuffer.AsSpan(0, readRight)))
                {
                    return false;
                }

                if (read < BufferSize)
                {
                    return true;
                }

                offset += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(leftBuffer);
            ArrayPool<byte>.Shared.Return(rightBuffer);
        }
    }
}
