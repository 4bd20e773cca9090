using System.Buffers;
using System.Security.Cryptography;
using LayerStore.Tar;
using Microsoft.Win32.SafeHandles;
using Snapshotter.Layers.Manifest;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Apply;

/// <summary>Some small files that are made and empty, and their contents. One thread at a time uses it.</summary>
internal sealed class FileBatch : IDisposable
{
    /// <summary>How long a file may be, in bytes.</summary>
    public const int MaxFileSize = 128 << 10;

    private const int MaxSize = 512 << 10;
    private const int MaxFiles = 32;

    private readonly byte[] _content = ArrayPool<byte>.Shared.Rent(MaxSize);
    private readonly List<(SafeFileHandle File, NewFile Wanted)> _files = new(MaxFiles);
    private int _used;

    /// <summary>Its place in the order of the tar.</summary>
    public long Number { get; set; }

    /// <summary>Whether there is room for another file of this size, in bytes.</summary>
    public bool HasRoom(long size) => _files.Count < MaxFiles && size <= MaxSize - _used;

    /// <summary>Adds a file, for whose content there is room.</summary>
    /// <param name="file">The file, which belongs to the batch afterwards.</param>
    /// <param name="wanted">What it is to be.</param>
    /// <param name="content">Where its content is.</param>
    /// <exception cref="LayerStore.LayerStoreException">The content cannot be read. The file stays the caller's.</exception>
    public void Add(SafeFileHandle file, NewFile wanted, TarReader content)
    {
        _used += content.Read(_content.AsSpan(_used, (int)wanted.Entry.Size));
        _files.Add((file, wanted));
    }

    /// <summary>Gives all files their content and metadata, and notes their hashes.</summary>
    public void Finish(FileMaker maker, ContentHashes? hashes)
    {
        Span<byte> sha256 = stackalloc byte[SHA256.HashSizeInBytes];
        ReadOnlySpan<byte> rest = _content;
        foreach ((SafeFileHandle file, NewFile wanted) in _files)
        {
            ReadOnlySpan<byte> content = rest[..(int)wanted.Entry.Size];
            rest = rest[content.Length..];
            FileOperations.Write(file, content, wanted.Entry.Name);
            FileStatus finished = maker.Finish(file, wanted);
            if (hashes is not null)
            {
                SHA256.HashData(content, sha256);
                if (FileXattrs.List(file, XattrHash.Counts, wanted.Entry.Name).Count == 0)
                {
                    hashes.Note(finished, sha256);
                }
                else
                {
                    hashes.Note(finished.Inode, sha256);
                }
            }

            // Not before: the inode number may be another file's then.
            file.Dispose();
        }
    }

    /// <summary>Closes the files, finished or not, and forgets them.</summary>
    public void Clear()
    {
        foreach ((SafeFileHandle file, _) in _files)
        {
            file.Dispose();
        }

        _files.Clear();
        _used = 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Clear();
        ArrayPool<byte>.Shared.Return(_content);
    }
}
