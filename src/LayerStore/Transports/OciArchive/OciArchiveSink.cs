using LayerStore.Oci;

namespace LayerStore.Transports.OciArchive;

/// <summary>Writes an image to a tar of a layout with that image alone; a file that is there is replaced at the end.</summary>
internal sealed class OciArchiveSink : IImageSink
{
    private readonly ArchiveWriter _archive;
    private bool _begun;

    public OciArchiveSink(TransportReference reference)
    {
        OciLayout.CheckTag(reference);
        Reference = reference;
        _archive = new ArchiveWriter(reference);
    }

    public TransportReference Reference { get; }

    public bool TakesIndexes => true;

    public bool TakesParallelWrites => false;

    public Task<bool> ContainsAsync(Descriptor descriptor, CancellationToken cancellationToken = default) => Task.FromResult(false);

    public async Task WriteAsync(Descriptor descriptor, Stream content, CancellationToken cancellationToken = default)
    {
        if (!_begun)
        {
            _begun = true;
            await _archive.AddAsync(OciLayout.MarkerFile, OciLayout.Marker.ToArray(), cancellationToken).ConfigureAwait(false);
        }

        await _archive.AddAsync(OciLayout.BlobPath(descriptor.Digest), content, cancellationToken).ConfigureAwait(false);
    }

    public async Task FinishAsync(Descriptor target, CancellationToken cancellationToken = default)
    {
        await _archive.AddAsync(OciLayout.IndexFile, OciLayout.AddImage(null, target, Reference.Tag), cancellationToken).ConfigureAwait(false);
        _archive.Publish();
    }

    public ValueTask DisposeAsync() => _archive.DisposeAsync();
}
