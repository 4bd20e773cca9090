using System.Buffers;
using LayerStore.Linux;
using Microsoft.Win32.SafeHandles;

namespace LayerStore;

/// <summary>
/// A file outside of any store that is written under a name of its own, <c>.layerstore-….tmp</c>, and takes its real name once it is
/// complete and on the disk: whoever reads sees the old file or the new one.
/// </summary>
/// <remarks>
/// Crash points: before the rename, the next writer in that directory removes what is left, for nobody holds its flock(2); after it, the file
/// is there, and its bytes were on the disk before.
/// </remarks>
public sealed class StagedFile : IDisposable
{
    private const string Prefix = ".layerstore-";
    private const string Suffix = ".tmp";
    private const int BufferSize = 1 << 16;
    private const int CopyBufferSize = 1 << 18;

    private readonly string _temporary;
    private readonly string _what;
    private readonly LargeFileWriter _writer;
    private bool _isPublished;

    private StagedFile(string temporary, string what, FileStream stream)
    {
        _temporary = temporary;
        _what = what;
        Stream = stream;
        _writer = new LargeFileWriter(stream.SafeFileHandle, what);
    }

    /// <summary>The file, open for reading and writing.</summary>
    public FileStream Stream { get; }

    /// <summary>Begins a file, and removes what dead writers left in its directory.</summary>
    /// <param name="directory">Where it is written: on the file system that it will stay on.</param>
    /// <param name="what">What it is, to follow "cannot write".</param>
    /// <exception cref="LayerStoreException">The directory cannot be written to.</exception>
    public static StagedFile Create(string directory, string what)
    {
        RemoveDead(directory);
        try
        {
            while (true)
            {
                // A file that is not shared is one that holds its flock(2).
                string temporary = Path.Join(directory, $"{Prefix}{Guid.NewGuid():N}{Suffix}");
                FileStream stream;
                try
                {
                    stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, BufferSize);
                }
                catch (IOException e) when (e.HResult == Errno.EAGAIN)
                {
                    continue; // Another writer takes it for a dead one's, and is about to remove it.
                }

                // Between the creation and the lock another writer may have done so.
                if (PosixFile.StatPath(temporary, what) is not null)
                {
                    return new StagedFile(temporary, what, stream);
                }

                stream.Dispose();
            }
        }
        catch (Exception e) when (IoErrors.IsIo(e))
        {
            throw IoErrors.Translate(e, $"write {what}");
        }
    }

    /// <summary>Makes a stream's bytes the content of the file, which has none yet. Much of it does not stay in memory.</summary>
    /// <param name="content">Read to its end.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="LayerStoreException">It cannot be written.</exception>
    internal async Task FillAsync(Stream content, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(CopyBufferSize);
        try
        {
            Memory<byte> part = buffer.AsMemory(0, CopyBufferSize);
            long offset = 0;
            for (int length; (length = await content.ReadAtLeastAsync(part, CopyBufferSize, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false)) > 0; offset += length)
            {
                _writer.Write(part.Span[..length], offset);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Makes the file durable and gives it its name, which is durable too when this returns.</summary>
    /// <param name="path">Its path; what is there is replaced.</param>
    /// <exception cref="LayerStoreException">It could not be done; the file is gone when this is disposed.</exception>
    public void Publish(string path)
    {
        try
        {
            Stream.Flush();
            PosixFile.Sync(Stream.SafeFileHandle, _what);
            _writer.Forget();
        }
        catch (Exception e) when (IoErrors.IsIo(e))
        {
            throw IoErrors.Translate(e, $"write {_what}");
        }

        PosixFile.Rename(_temporary, path, _what);
        _isPublished = true;
        PosixFile.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Removes the file, unless it was published. Never throws: whoever ends here has an error to tell already.</summary>
    public void Dispose()
    {
        try
        {
            Stream.Dispose();
            if (!_isPublished)
            {
                PosixFile.TryUnlink(_temporary, _what);
            }
        }
        catch (Exception e) when (IoErrors.IsIo(e) || e is LayerStoreException)
        {
        }
    }

    private static void RemoveDead(string directory)
    {
        try
        {
            foreach (string path in Directory.EnumerateFiles(directory, $"{Prefix}*{Suffix}"))
            {
                using SafeFileHandle? file = PosixFile.OpenRegular(path, path, out _);
                if (file is not null && PosixFile.TryLock(file, exclusive: true, path))
                {
                    PosixFile.TryUnlink(path, path);
                }
            }
        }
        catch (Exception e) when (IoErrors.IsIo(e) || e is LayerStoreException)
        {
            // It is in nobody's way, and the next one tries again.
        }
    }
}
