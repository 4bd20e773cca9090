using LayerStore;
using Microsoft.Win32.SafeHandles;

namespace Snapshotter.Layers.Unpack;

/// <summary>Writes a layer's tar to a file while it is read.</summary>
/// <param name="tar">The tar; it stays the caller's.</param>
/// <param name="file">The file, empty; it stays the caller's.</param>
internal sealed class LayerCopy(Stream tar, SafeFileHandle file) : ReadOnlyStream
{
    private readonly LargeFileWriter _writer = new(file, "the layer's tar");
    private readonly byte[] _buffer = new byte[1 << 20];
    private int _start;
    private int _end;

    /// <summary>How many bytes were written.</summary>
    public long Written { get; private set; }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (_start == _end && !Fill())
        {
            return 0;
        }

        int count = Math.Min(buffer.Length, _end - _start);
        _buffer.AsSpan(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }

    /// <summary>Reads on to the end, and writes that too: bytes after the tar's end count in the diffID.</summary>
    public void Finish()
    {
        while (Fill())
        {
        }
    }

    private bool Fill()
    {
        _start = 0;
        _end = tar.ReadAtLeast(_buffer, _buffer.Length, throwOnEndOfStream: false);
        _writer.Write(_buffer.AsSpan(0, _end), Written);
        Written += _end;
        return _end > 0;
    }
}
