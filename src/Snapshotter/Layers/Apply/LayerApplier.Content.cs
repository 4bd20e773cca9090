using System.Security.Cryptography;
using LayerStore;
using LayerStore.Tar;
using Microsoft.Win32.SafeHandles;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Apply;

/// <content>Regular files and what is in them.</content>
internal sealed partial class LayerApplier
{
    /// <summary>
    /// From this size on, a file is compared with what is free before it is written, and does not stay in the page cache. Smaller ones, most programs
    /// and libraries among them, do: they are likely to be used soon.
    /// </summary>
    private const long LargeFile = 64 << 20;

    // What is read is written and hashed at once, so it is to stay in a processor's own cache: in pieces of 1 MiB files of some MiB take a fifth longer. Past the
    // page cache each write is a request to the disk, and fewer are better.
    private const int CachedPiece = 256 << 10;

    private void AddFile(DirectoryNode parent, DirectoryHandle directory, ByteString name, TarEntry entry, Action<SafeFileHandle>? write)
    {
        Take(parent, name);
        NewFile wanted = _maker.Plan(entry);
        SafeFileHandle file = _maker.TryCreate(directory, name, wanted) ?? Replace(parent, directory, name, wanted);
        if (write is null && FileFiller.Takes(wanted))
        {
            parent.LastFilled = _filler.Add(file, wanted, _tar!);
            _contentBytes += entry.Size;
        }
        else
        {
            using (file)
            {
                (write ?? WriteContent)(file);
                FileStatus made = _maker.Finish(file, wanted);
                if (write is null && _options.Hashes is { } hashes)
                {
                    Span<byte> sha256 = stackalloc byte[SHA256.HashSizeInBytes];
                    _hash.GetHashAndReset(sha256);
                    hashes.Note(made.Inode, sha256);
                }
            }
        }

        MarkMade(parent, name);
    }

    /// <summary>Makes a file where something else has its name. That is rare enough to look only then.</summary>
    private SafeFileHandle Replace(DirectoryNode parent, DirectoryHandle directory, ByteString name, NewFile wanted)
    {
        MakeRoom(parent, directory, name, wanted.Entry);
        return _maker.TryCreate(directory, name, wanted)
            ?? throw new LayerStoreException(
                ErrorKind.FailedPrecondition,
                $"{wanted.Entry.Name} was made by another process while the layer was applied",
                "Apply layers to a directory that nobody else changes.");
    }

    private void WriteContent(SafeFileHandle file)
    {
        TarEntry entry = _entry!;
        RefuseIfLargerThanDisk(file, entry);
        LargeFileWriter writer = new(file, entry.Name.ToString(), LargeFile);
        Span<byte> piece = entry.Size >= LargeFile ? _buffer : _buffer.AsSpan(0, CachedPiece);
        long written = 0;
        for (int length; (length = _tar!.Read(piece)) > 0; written += length)
        {
            writer.Write(piece[..length], written, entry.Size);
            if (_options.Hashes is not null)
            {
                _hash.AppendData(piece[..length]);
            }

            _cancellationToken.ThrowIfCancellationRequested();
        }

        _contentBytes += written;
    }

    /// <summary>A few bytes of a tar can stand for a sparse file of any size: it must not fill the disk before it fails.</summary>
    private static void RefuseIfLargerThanDisk(SafeFileHandle file, TarEntry entry)
    {
        if (entry.Size >= LargeFile && FileSystemProbe.FreeBytes(file, entry.Name) is var free && entry.Size > free)
        {
            throw new LayerStoreException(
                ErrorKind.ResourceExhausted,
                $"no space for {entry.Name}: it has {entry.Size} bytes, and {free} are free",
                "Free some space. If the image should not be that large, it may be hostile.");
        }
    }
}
