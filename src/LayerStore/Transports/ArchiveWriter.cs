using System.Formats.Tar;
using LayerStore.Linux;

namespace LayerStore.Transports;

/// <summary>
/// Writes a tar beside the file that it will be, and renames it at the end, so that the file is the old or the new one.
/// The same entries give the same bytes. One call at a time.
/// </summary>
internal sealed class ArchiveWriter : IAsyncDisposable
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly string _path;
    private StagedFile? _file;
    private TarWriter? _tar;

    public ArchiveWriter(TransportReference reference)
    {
        _path = ArchiveFile.FollowLinks(reference.Path);
        What = Printable.Text(reference.Path);
    }

    private string What { get; }

    /// <summary>Adds a file.</summary>
    /// <param name="name">Its path in the archive.</param>
    /// <param name="content">Its bytes; the length need not be known.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task AddAsync(string name, Stream content, CancellationToken cancellationToken)
    {
        try
        {
            // The GNU format takes long names and sizes over 8 GiB without PAX headers, which System.Formats.Tar writes with the process id in their names.
            await Begin().WriteEntryAsync(
                new GnuTarEntry(TarEntryType.RegularFile, name) { ModificationTime = DateTimeOffset.UnixEpoch, Mode = Mode, DataStream = content },
                cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (IoErrors.IsIo(exception))
        {
            throw IoErrors.Translate(exception, $"write {What}");
        }
    }

    /// <summary>Adds a small file.</summary>
    public async Task AddAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        using MemoryStream stream = new(content.ToArray(), writable: false);
        await AddAsync(name, stream, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends the archive, makes it durable and gives it its name.</summary>
    public void Publish()
    {
        try
        {
            Begin().Dispose();
        }
        catch (Exception exception) when (IoErrors.IsIo(exception))
        {
            throw IoErrors.Translate(exception, $"write {What}");
        }

        _file!.Publish(_path);
    }

    public ValueTask DisposeAsync()
    {
        _file?.Dispose();
        return ValueTask.CompletedTask;
    }

    private TarWriter Begin()
    {
        if (_tar is not null)
        {
            return _tar;
        }

        if (PosixFile.StatPath(_path, What) is { IsRegular: false })
        {
            throw new LayerStoreException(ErrorKind.FailedPrecondition, $"{What} is not a regular file", "Name a file to be written or replaced.");
        }

        _file = StagedFile.Create(Path.GetDirectoryName(_path)!, What);
        return _tar = new TarWriter(_file.Stream, TarEntryFormat.Gnu, leaveOpen: true);
    }
}
