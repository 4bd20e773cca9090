using LayerStore.Linux;
using Microsoft.Win32.SafeHandles;

namespace LayerStore.Content;

/// <summary>
/// A regular file to read, or a part of one; it is read by offset, so any number of parts share one open file. Its asynchronous reads are
/// synchronous ones: for a regular file the framework's are too, on another thread. What fails is a <see cref="LayerStoreException"/>.
/// </summary>
/// <remarks>What is large, and was for the most part not in memory before, is not there afterwards: it would push out what is in use.</remarks>
internal sealed class LocalFileStream : ReadOnlyStream
{
    private readonly SafeFileHandle _file;
    private readonly string _what;
    private readonly long _offset;
    private readonly long? _length;
    private long _position;
    private bool? _forgets;

    /// <summary>A whole file, which is disposed with the stream.</summary>
    /// <param name="file">The file.</param>
    /// <param name="what">What it is, to follow "cannot read".</param>
    public LocalFileStream(SafeFileHandle file, string what)
    {
        _file = file;
        _what = what;
    }

    /// <summary>Part of a file, which stays its owner's.</summary>
    /// <param name="file">The file.</param>
    /// <param name="what">What it is, to follow "cannot read".</param>
    /// <param name="offset">Where the part begins.</param>
    /// <param name="length">Its length in bytes.</param>
    public LocalFileStream(SafeFileHandle file, string what, long offset, long length)
        : this(file, what)
    {
        _offset = offset;
        _length = length;
    }

    public override bool CanSeek => true;

    public override long Length => _length ?? RandomAccess.GetLength(_file);

    public override long Position
    {
        get => _position;
        set => _position = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value));
    }

    public override int Read(Span<byte> buffer)
    {
        int count = _length is { } length ? (int)Math.Clamp(length - _position, 0, buffer.Length) : buffer.Length;
        try
        {
            _forgets ??= Length is >= LargeFileWriter.LargeSize and var all && PageCache.Cached(_file, _offset, all) < all / 2;
            int read = count == 0 ? 0 : RandomAccess.Read(_file, buffer[..count], _offset + _position);
            if (_forgets == true)
            {
                Forget(_offset + _position, read);
            }

            _position += read;
            return read;
        }
        catch (Exception e) when (IoErrors.IsIo(e))
        {
            throw IoErrors.Translate(e, $"read {_what}");
        }
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new ValueTask<int>(Read(buffer.Span));
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => Length + offset,
    };

    protected override void Dispose(bool disposing)
    {
        if (disposing && _length is null)
        {
            _file.Dispose();
        }

        base.Dispose(disposing);
    }

    // Some pages at a time; the last ones when there is nothing more to read.
    private void Forget(long position, int read)
    {
        const long unit = LargeFileWriter.LargeSize;
        long from = position / unit * unit;
        long to = read == 0 ? position : (position + read) / unit * unit;
        if (to > from)
        {
            PageCache.Forget(_file, from, to - from);
        }
    }
}
