using Microsoft.Win32.SafeHandles;

namespace LayerStore.Content;

/// <summary>A file of the store to read. Its asynchronous reads are synchronous ones: for a regular file the framework's are too, on another thread.</summary>
/// <param name="file">The file; disposed with the stream.</param>
internal sealed class LocalFileStream(SafeFileHandle file) : FileStream(file, FileAccess.Read, bufferSize: 0)
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new ValueTask<int>(Read(buffer.Span));
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
}
