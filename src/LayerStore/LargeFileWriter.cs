using LayerStore.Linux;
using Microsoft.Win32.SafeHandles;

namespace LayerStore;

/// <summary>
/// Writes a file that grows. What is large is given to the disk at once and does not stay in memory, where it would push out what is in use, and where each new
/// page costs more time than the copying of its bytes. What is small stays, since it is likely to be read soon.
/// </summary>
/// <remarks>
/// Nothing is durable by it: that takes a sync, which also tells if the write-back failed. For one thread at a time. A kernel before 6.14, and a file system that
/// cannot write so, keep more pages, and for longer.
/// <example><code>
/// LargeFileWriter writer = new(file, "copy");
/// writer.Write(bytes, 0);
/// // … fsync …
/// writer.Forget();
/// </code></example>
/// </remarks>
public sealed class LargeFileWriter
{
    /// <summary>From how many bytes on a file is large, unless who writes it knows better.</summary>
    public const long LargeSize = 8 << 20;

    // Write-back begins with each of these.
    private const long Unit = 8 << 20;

    // How much a disk may have before it, until it is likely to have written the first of it.
    private const long BeingWritten = 4 * Unit;

    // The largest page of any architecture. A page that is written in two parts would have to be read again between them.
    private const int Alignment = 64 << 10;

    private readonly SafeFileHandle _file;
    private readonly string _what;
    private readonly long _largeSize;
    private bool _isRefused;
    private bool _isLarge;

    /// <summary>Takes a file, which stays its owner's.</summary>
    /// <param name="file">Open for writing.</param>
    /// <param name="what">What it is, to follow "cannot write".</param>
    /// <param name="largeSize">From how many bytes on it is large.</param>
    public LargeFileWriter(SafeFileHandle file, string what, long largeSize = LargeSize)
    {
        _file = file;
        _what = what;
        _largeSize = largeSize;
    }

    /// <summary>Writes all of the bytes. Those of 64 KiB or more, at a multiple of it, are best: others of a large file stay in memory for longer.</summary>
    /// <param name="data">The bytes.</param>
    /// <param name="offset">Where in the file, in bytes.</param>
    /// <param name="size">How many bytes the file will have, if that is known.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.ResourceExhausted"/>: the disk is full; others as the system says. Some of the bytes may be there.</exception>
    public void Write(ReadOnlySpan<byte> data, long offset, long? size = null)
    {
        long end = offset + data.Length;
        _isLarge |= (size ?? end) >= _largeSize;
        if (_isLarge && !_isRefused && offset % Alignment == 0 && data.Length % Alignment == 0)
        {
            _isRefused = !PageCache.TryWriteUncached(_file, data, offset, _what);
            if (!_isRefused)
            {
                return;
            }
        }

        try
        {
            RandomAccess.Write(_file, data, offset);
        }
        catch (Exception e) when (IoErrors.IsIo(e))
        {
            throw IoErrors.Translate(e, $"write {_what}");
        }

        // So that the sync at the end has little left to wait for, and the pages of what is on the disk by now are used again.
        long written = offset / Unit * Unit;
        if (end - written >= Unit)
        {
            PageCache.BeginWriteBack(_file, written, (end / Unit * Unit) - written);
            if (_isLarge && written > BeingWritten)
            {
                PageCache.Forget(_file, 0, written - BeingWritten);
            }
        }
    }

    /// <summary>Gives up what memory still holds of a large file, once it is on the disk.</summary>
    public void Forget()
    {
        if (_isLarge)
        {
            PageCache.Forget(_file, 0, 0);
        }
    }
}
