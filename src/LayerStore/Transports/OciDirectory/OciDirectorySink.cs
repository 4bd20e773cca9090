using LayerStore.Linux;
using LayerStore.Oci;
using Microsoft.Win32.SafeHandles;

namespace LayerStore.Transports.OciDirectory;

/// <summary>
/// Writes an image to a layout in a directory, a new one or one that is there. Each blob and then <c>index.json</c> is
/// written under another name, made durable and renamed, so a reader sees the old or the new, and never half of one.
/// </summary>
/// <remarks>Crash points: before <c>index.json</c> has its new content, blobs are there that nothing names, which the next push of that image uses;
/// a <see cref="StagedFile"/> of a dead writer goes with the next push. Two writers of one layout: a lock on the directory is held while <c>index.json</c> is changed, so neither loses its image.</remarks>
internal sealed class OciDirectorySink : IImageSink
{
    private const int BufferSize = 1 << 17;

    private readonly OciDirectorySource _existing;
    private readonly Lazy<bool> _prepared;

    public OciDirectorySink(TransportReference reference)
    {
        OciLayout.CheckTag(reference);
        Reference = reference;
        _existing = new OciDirectorySource(reference);
        _prepared = new Lazy<bool>(Prepare);
    }

    public TransportReference Reference { get; }

    public bool TakesIndexes => true;

    public bool TakesParallelWrites => true;

    public async Task<bool> ContainsAsync(Descriptor descriptor, CancellationToken cancellationToken = default)
    {
        _ = _prepared.Value;
        if (PosixFile.StatPath(PathOf(OciLayout.BlobPath(descriptor.Digest)), $"blob {descriptor.Digest}") is not { IsRegular: true } stat
            || stat.Size != descriptor.Size)
        {
            return false;
        }

        try
        {
            await using Stream stream = await _existing.OpenAsync(descriptor with { Data = null }, cancellationToken).ConfigureAwait(false);
            await stream.CopyToAsync(Stream.Null, BufferSize, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (LayerStoreException exception) when (exception.Kind == ErrorKind.DataLoss)
        {
            return false;
        }
    }

    public async Task WriteAsync(Descriptor descriptor, Stream content, CancellationToken cancellationToken = default)
    {
        _ = _prepared.Value;
        string directory = OciLayout.BlobDirectory(descriptor.Digest.Algorithm);
        await Guard($"write to {Printable.Text(Reference.Path)}", async () =>
        {
            RefuseLinks();
            Directory.CreateDirectory(PathOf(directory));
            await ReplaceAsync(OciLayout.BlobPath(descriptor.Digest), content, cancellationToken).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    public async Task FinishAsync(Descriptor target, CancellationToken cancellationToken = default)
    {
        _ = _prepared.Value;
        using SafeFileHandle directory = PosixFile.OpenDirectory(Reference.Path);
        while (!PosixFile.TryLock(directory, exclusive: true, Printable.Text(Reference.Path)))
        {
            await Task.Delay(10, cancellationToken).ConfigureAwait(false);
        }

        ImageIndex? existing = _existing.ReadIndex();
        byte[] index = OciLayout.AddImage(existing, target, Reference.Tag);

        // The directory of an algorithm may be new, and its blobs' fsync does not make its own name durable.
        PosixFile.SyncDirectory(PathOf("blobs"));
        await Guard($"write to {Printable.Text(Reference.Path)}", async () =>
        {
            // The marker comes first: what has an index is a layout.
            if (_existing.ReadFile(OciLayout.MarkerFile) is null)
            {
                using MemoryStream marker = new(OciLayout.Marker.ToArray());
                await ReplaceAsync(OciLayout.MarkerFile, marker, cancellationToken).ConfigureAwait(false);
            }

            using MemoryStream bytes = new(index);
            await ReplaceAsync(OciLayout.IndexFile, bytes, cancellationToken).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task Guard(string what, Func<Task> action)
    {
        try
        {
            await action().ConfigureAwait(false);
        }
        catch (Exception exception) when (IoErrors.IsIo(exception))
        {
            throw IoErrors.Translate(exception, what);
        }
    }

    private string PathOf(string name) => Path.Join(Reference.Path, name);

    /// <summary>Makes the directory, or refuses one that holds something else.</summary>
    private bool Prepare()
    {
        string path = Reference.Path;
        if (File.Exists(path))
        {
            throw Foreign("a file");
        }

        if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())
        {
            ReadOnlyMemory<byte>? marker = _existing.ReadFile(OciLayout.MarkerFile);
            if (marker is null && !Directory.Exists(PathOf("blobs")))
            {
                throw Foreign("a directory with other files");
            }

            if (marker is { } bytes)
            {
                OciLayout.CheckMarker(bytes, $"{OciLayout.MarkerFile} in {path}");
            }

            return true;
        }

        try
        {
            PosixFile.MakeDirectories(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
            return true;
        }
        catch (Exception exception) when (IoErrors.IsIo(exception))
        {
            throw IoErrors.Translate(exception, $"make {Printable.Text(path)}");
        }
    }

    /// <summary>A layout that others made must not lead what is written elsewhere.</summary>
    private void RefuseLinks()
    {
        foreach (string name in (ReadOnlySpan<string>)["blobs", OciLayout.BlobDirectory(DigestAlgorithm.Sha256), OciLayout.BlobDirectory(DigestAlgorithm.Sha512)])
        {
            if (new DirectoryInfo(PathOf(name)).LinkTarget is not null)
            {
                throw new LayerStoreException(
                    ErrorKind.FailedPrecondition, $"{name} in {Printable.Text(Reference.Path)} is a symbolic link", "Nothing is written through links of a layout: name another one.");
            }
        }
    }

    private async Task ReplaceAsync(string name, Stream content, CancellationToken cancellationToken)
    {
        using StagedFile file = StagedFile.Create(Reference.Path, name);
        await file.FillAsync(content, cancellationToken).ConfigureAwait(false);
        file.Publish(PathOf(name));
    }

    private LayerStoreException Foreign(string what) => new(
        ErrorKind.FailedPrecondition,
        $"{Printable.Text(Reference.Path)} is {what}, not an OCI layout ({Reference.Split()})",
        "Name a layout, an empty directory, or one that does not exist.");
}
