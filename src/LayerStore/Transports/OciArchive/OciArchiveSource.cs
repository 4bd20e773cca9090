using LayerStore.Content;
using LayerStore.Oci;

namespace LayerStore.Transports.OciArchive;

/// <summary>Reads an image from a tar of a layout, in place.</summary>
internal sealed class OciArchiveSource(TransportReference reference, Limits limits) : IImageSource
{
    private ArchiveFile? _archive;

    public TransportReference Reference => reference;

    public DocumentLimits Documents => limits.Documents;

    public Task<Descriptor> ResolveAsync(CancellationToken cancellationToken = default) => Task.Run(() => Resolve(cancellationToken), cancellationToken);

    public async Task<Stream> OpenAsync(Descriptor descriptor, CancellationToken cancellationToken = default) => new VerifyingStream(
        await OpenUnverifiedAsync(descriptor, cancellationToken).ConfigureAwait(false), descriptor.Digest, descriptor.Size, "blob");

    public Task<Stream> OpenUnverifiedAsync(Descriptor descriptor, CancellationToken cancellationToken = default)
    {
        if (descriptor.Data is { } data)
        {
            return Task.FromResult<Stream>(new MemoryStream(data, writable: false));
        }

        LocalFileStream blob = Archive.OpenFile(OciLayout.BlobPath(descriptor.Digest)) ?? throw OciLayout.MissingBlob(descriptor.Digest, reference);
        return blob.Length == descriptor.Size
            ? Task.FromResult<Stream>(blob)
            : throw new SizeMismatchException($"blob {descriptor.Digest}", descriptor.Size, blob.Length);
    }

    public ValueTask DisposeAsync()
    {
        _archive?.Dispose();
        return ValueTask.CompletedTask;
    }

    private ArchiveFile Archive => _archive ?? throw new InvalidOperationException("The image was not resolved.");

    private Descriptor Resolve(CancellationToken cancellationToken)
    {
        _archive ??= ArchiveFile.Open(reference, limits, cancellationToken);
        OciLayout.CheckMarker(_archive.ReadFile(OciLayout.MarkerFile) ?? throw NotALayout(OciLayout.MarkerFile), $"{OciLayout.MarkerFile} in {reference.Path}");
        return OciLayout.Choose(ImageIndex.Parse(_archive.ReadFile(OciLayout.IndexFile) ?? throw NotALayout(OciLayout.IndexFile), limits: Documents), reference);
    }

    private LayerStoreException NotALayout(string missing) => new(
        ErrorKind.DataLoss,
        $"{Printable.Text(reference.Path)} is not an OCI archive: it has no {missing}",
        _archive!.OpenFile("manifest.json") is null ? "Check the path, which ends at the first colon." : "It may be a docker-archive.");
}
