using LayerStore.Content;
using LayerStore.Linux;
using LayerStore.Oci;
using Microsoft.Win32.SafeHandles;

namespace LayerStore.Transports.OciDirectory;

/// <summary>Reads an image from a layout in a directory. Links, FIFOs and devices in it are refused, not followed or opened.</summary>
internal sealed class OciDirectorySource(TransportReference reference, Limits? limits = null) : IImageSource
{
    public TransportReference Reference => reference;

    public DocumentLimits Documents { get; } = (limits ?? Limits.Default).Documents;

    public Task<Descriptor> ResolveAsync(CancellationToken cancellationToken = default)
    {
        if (!Directory.Exists(reference.Path))
        {
            throw new LayerStoreException(
                ErrorKind.NotFound,
                $"no directory {Printable.Text(reference.Path)} ({reference.Split()})",
                "An OCI layout is a directory: oci:DIR[:TAG].");
        }

        OciLayout.CheckMarker(ReadFile(OciLayout.MarkerFile) ?? throw NotALayout(OciLayout.MarkerFile), $"{OciLayout.MarkerFile} in {reference.Path}");
        return Task.FromResult(OciLayout.Choose(ReadIndex() ?? throw NotALayout(OciLayout.IndexFile), reference));
    }

    public async Task<Stream> OpenAsync(Descriptor descriptor, CancellationToken cancellationToken = default) =>
        new VerifyingStream(
            await OpenUnverifiedAsync(descriptor, cancellationToken).ConfigureAwait(false), descriptor.Digest, descriptor.Size, "blob");

    public Task<Stream> OpenUnverifiedAsync(Descriptor descriptor, CancellationToken cancellationToken = default)
    {
        if (descriptor.Data is { } data)
        {
            return Task.FromResult<Stream>(new MemoryStream(data, writable: false));
        }

        SafeFileHandle file = PosixFile.OpenRegularIn(reference.Path, OciLayout.BlobPath(descriptor.Digest), $"blob {descriptor.Digest}", out FileStat stat)
            ?? throw OciLayout.MissingBlob(descriptor.Digest, reference);
        if (stat.Size != descriptor.Size)
        {
            file.Dispose();
            throw new SizeMismatchException($"blob {descriptor.Digest}", descriptor.Size, stat.Size);
        }

        return Task.FromResult<Stream>(new LocalFileStream(file, $"blob {descriptor.Digest}"));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Reads <c>index.json</c>; null if it is not there.</summary>
    internal ImageIndex? ReadIndex() => ReadFile(OciLayout.IndexFile) is { } bytes ? ImageIndex.Parse(bytes, limits: Documents) : null;

    /// <summary>Reads a small file of the layout; null if it is not there.</summary>
    internal ReadOnlyMemory<byte>? ReadFile(string name)
    {
        using SafeFileHandle? file = PosixFile.OpenRegularIn(reference.Path, name, name, out FileStat stat);
        if (file is null)
        {
            return null;
        }

        StrictJson.CheckSize(name, stat.Size, Documents);
        byte[] bytes = new byte[stat.Size];
        using LocalFileStream stream = new(file, name);
        return bytes.AsMemory(0, stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false));
    }

    private LayerStoreException NotALayout(string missing) => new(
        ErrorKind.DataLoss, $"{Printable.Text(reference.Path)} is not an OCI layout: it has no {missing}", "Check the path, which ends at the first colon.");
}
