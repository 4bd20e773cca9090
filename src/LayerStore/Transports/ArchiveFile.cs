using LayerStore.Compression;
using LayerStore.Content;
using LayerStore.Linux;
using LayerStore.Oci;
using LayerStore.Tar;
using Microsoft.Win32.SafeHandles;
using PaxTarEntry = System.Formats.Tar.PaxTarEntry;
using TarEntry = System.Formats.Tar.TarEntry;
using TarEntryType = System.Formats.Tar.TarEntryType;
using TarReader = System.Formats.Tar.TarReader;

namespace LayerStore.Transports;

/// <summary>
/// A tar that holds an image: scanned once for where each file is, then read in any order and in parallel. Nothing is
/// extracted. One that is compressed as a whole is unpacked to a temporary file first.
/// </summary>
internal sealed class ArchiveFile : IDisposable
{
    private const string What = "the archive";
    private const int MaxLinks = 8;
    private const int MaxHeader = 1 << 20;
    private const int MagicLength = 4;

    /// <summary>About what an entry needs beside its names.</summary>
    private const int EntryOverhead = 200;

    private readonly string _path;
    private readonly SafeFileHandle _file;
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly HashSet<string> _repeated = new(StringComparer.Ordinal);

    private readonly Limits _limits;
    private readonly MemoryBudget _memory;
    private long _count;

    private ArchiveFile(string path, SafeFileHandle file, Limits limits)
    {
        _path = path;
        _file = file;
        _limits = limits;
        _memory = new MemoryBudget(limits.MaxMemoryBytes);
    }

    /// <summary>Opens and scans an archive.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.NotFound"/>: no such file; <see cref="ErrorKind.DataLoss"/>: no tar, or a damaged one.</exception>
    public static ArchiveFile Open(TransportReference reference, Limits limits, CancellationToken cancellationToken)
    {
        string path = Printable.Text(reference.Path);

        SafeFileHandle file = PosixFile.OpenRegular(FollowLinks(reference.Path), path, out _)
            ?? throw new LayerStoreException(ErrorKind.NotFound, $"no file {path} ({reference.Split()})", "Check the path, which ends at the first colon.");
        ArchiveFile archive = new(path, file, limits);
        try
        {
            if (IsCompressed(file))
            {
                SafeFileHandle unpacked = Unpack(file, limits, cancellationToken);
                file.Dispose();
                archive = new ArchiveFile(path, unpacked, limits);
            }

            archive.Scan(cancellationToken);
            return archive;
        }
        catch
        {
            archive.Dispose();
            throw;
        }
    }

    /// <summary>Whether the first bytes are those of gzip, zstd, bzip2 or xz; a tar's are a name.</summary>
    public static bool IsCompressed(ReadOnlySpan<byte> start) =>
        start.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b])
        || start.StartsWith((ReadOnlySpan<byte>)[0x28, 0xb5, 0x2f, 0xfd])
        || (start.Length >= 4 && (start[0] & 0xf0) == 0x50 && start[1..4].SequenceEqual((ReadOnlySpan<byte>)[0x2a, 0x4d, 0x18]))
        || start.StartsWith("BZh"u8)
        || start.StartsWith((ReadOnlySpan<byte>)[0xfd, (byte)'7', (byte)'z', (byte)'X']);

    /// <summary>Where a path of the user's own leads: links there are followed, unlike those of an image.</summary>
    public static string FollowLinks(string path)
    {
        FileInfo file = new(path);
        try
        {
            return file.LinkTarget is null ? file.FullName : file.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
        }
        catch (Exception exception) when (IoErrors.IsIo(exception))
        {
            throw IoErrors.Translate(exception, $"open {Printable.Text(path)}");
        }
    }

    /// <summary>Opens a file of the archive for reading; links inside of the archive are followed. Null if it is not there.</summary>
    public LocalFileStream? OpenFile(string name)
    {
        for (int links = 0; links <= MaxLinks && _entries.TryGetValue(name, out Entry entry); links++)
        {
            if (entry.LinkTarget is null)
            {
                return new LocalFileStream(_file, What, entry.Offset, entry.Length);
            }

            name = entry.LinkTarget;
        }

        return null;
    }

    /// <summary>Reads a small file; null if it is not there.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: too large, or there more than once, so that readers would disagree.</exception>
    public ReadOnlyMemory<byte>? ReadFile(string name)
    {
        if (_repeated.Contains(name))
        {
            throw StrictJson.Error(_path, $"holds {name} more than once");
        }

        using LocalFileStream? stream = OpenFile(name);
        if (stream is null)
        {
            return null;
        }

        StrictJson.CheckSize($"{name} in {_path}", stream.Length, _limits.Documents);
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>The one spelling of a path inside of an archive: no leading slash, no empty or dot components. Null if it leads outside.</summary>
    public static string? Normalize(string path)
    {
        List<string> components = [];
        foreach (string component in path.Split('/'))
        {
            if (component == "..")
            {
                if (components.Count == 0)
                {
                    return null;
                }

                components.RemoveAt(components.Count - 1);
            }
            else if (component is not ("" or "."))
            {
                components.Add(component);
            }
        }

        return string.Join('/', components);
    }

    public void Dispose() => _file.Dispose();

    private static bool IsCompressed(SafeFileHandle file)
    {
        Span<byte> start = stackalloc byte[MagicLength];
        return IsCompressed(start[..new LocalFileStream(file, What, 0, MagicLength).Read(start)]);
    }

    private static SafeFileHandle Unpack(SafeFileHandle file, Limits limits, CancellationToken cancellationToken)
    {
        string path = Path.Join(Path.GetTempPath(), $"layerstore-{Guid.NewGuid():N}.tar");
        SafeFileHandle? unpacked = null;
        try
        {
            unpacked = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
            File.Delete(path);
            using FileStream input = new(file, FileAccess.Read, bufferSize: 1 << 16);
            using DecompressionStream tar = Decompressor.Open(input, limits.Compression);
            byte[] buffer = new byte[1 << 17];
            long length = 0;
            for (int read; (read = tar.Read(buffer)) > 0; length += read)
            {
                cancellationToken.ThrowIfCancellationRequested();
                RandomAccess.Write(unpacked, buffer.AsSpan(0, read), length);
            }

            return unpacked;
        }
        catch (Exception exception)
        {
            unpacked?.Dispose();
            if (IoErrors.IsIo(exception))
            {
                throw IoErrors.Translate(exception, "unpack the archive to a temporary file");
            }

            throw;
        }
    }

    private void Scan(CancellationToken cancellationToken)
    {
        long length = RandomAccess.GetLength(_file);
        try
        {
            using HeaderStream stream = new(new LocalFileStream(_file, What, 0, length), MaxHeader, _path);
            using TarReader reader = new(stream, leaveOpen: true);
            while (reader.GetNextEntry() is { } entry)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Add(entry, length);
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or FormatException or ArgumentException or OverflowException
            or NotSupportedException or InvalidOperationException or TarFormatException)
        {
            throw StrictJson.Error(_path, "is not a tar archive, or a damaged one", exception);
        }
    }

    private void Add(TarEntry entry, long length)
    {
        if (++_count > _limits.Tar.MaxEntries)
        {
            throw OverLimit("entries", nameof(TarLimits.MaxEntries), _limits.Tar.MaxEntries);
        }

        if (Math.Max(entry.Name.Length, entry.LinkName.Length) > _limits.Tar.MaxPathBytes)
        {
            throw OverLimit("bytes in a name", nameof(TarLimits.MaxPathBytes), _limits.Tar.MaxPathBytes);
        }

        _memory.Take(EntryOverhead + (sizeof(char) * (entry.Name.Length + entry.LinkName.Length)));
        CheckSize(entry);
        if (Normalize(entry.Name) is not { Length: > 0 } name)
        {
            return;
        }

        Entry added;
        switch (entry.EntryType)
        {
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                long offset = entry.Length == 0 ? 0 : entry.DataOffset;
                if (offset < 0 || entry.Length > length - offset)
                {
                    throw StrictJson.Error(_path, $"ends inside of {name}");
                }

                added = new Entry(offset, entry.Length, null);
                break;
            case TarEntryType.HardLink:
                added = new Entry(0, 0, Normalize(entry.LinkName) ?? "");
                break;
            case TarEntryType.SymbolicLink:
                int slash = name.LastIndexOf('/');
                string directory = slash < 0 || entry.LinkName.StartsWith('/') ? "" : name[..slash];
                added = new Entry(0, 0, Normalize($"{directory}/{entry.LinkName}") ?? "");
                break;
            default:
                return;
        }

        if (!_entries.TryAdd(name, added))
        {
            // As extracting would do it, the later one replaces the earlier one.
            _entries[name] = added;
            _repeated.Add(name);
        }
    }

    /// <summary>Refuses an entry that has two sizes, as in a layer (see <see cref="PaxSize"/>): what follows it would depend on the reader.</summary>
    private void CheckSize(TarEntry entry)
    {
        if (entry is not PaxTarEntry pax || !pax.ExtendedAttributes.ContainsKey("size") || entry.DataOffset < TarHeader.BlockSize)
        {
            return;
        }

        byte[] blocks = new byte[2 * TarHeader.BlockSize];
        int read = RandomAccess.Read(_file, blocks, entry.DataOffset - TarHeader.BlockSize);
        long field = read < TarHeader.BlockSize ? 0 : new TarHeader(blocks).Size;
        if (PaxSize.Contradict(field, entry.Length)
            || (PaxSize.HidesContent(field, entry.Length) && PaxSize.LooksLikeAnEntry(blocks.AsSpan(TarHeader.BlockSize, Math.Max(read - TarHeader.BlockSize, 0)))))
        {
            throw StrictJson.Error(_path, $"has two sizes for {entry.Name}: {field} in its header, and {entry.Length} in a PAX record");
        }
    }

    private LayerStoreException OverLimit(string what, string name, long limit) =>
        StrictJson.OverLimit(_path, $"has more {what} than {name} allows ({limit})", name);

    private readonly record struct Entry(long Offset, long Length, string? LinkTarget);
}
