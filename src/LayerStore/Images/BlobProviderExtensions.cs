using LayerStore.Oci;

namespace LayerStore.Images;

/// <summary>What can be derived from <see cref="IBlobProvider.OpenAsync"/>.</summary>
public static class BlobProviderExtensions
{
    /// <summary>Reads a document whole, verified.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: missing, not what the descriptor says, or larger than the 4 MiB a document may have.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadDocumentAsync(
        this IBlobProvider provider, Descriptor descriptor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(provider);
        ArgumentNullException.ThrowIfNull(descriptor);
        if (descriptor.Size > StrictJson.MaxBytes)
        {
            throw StrictJson.Error($"blob {descriptor.Digest}", $"has {descriptor.Size} bytes, but a document has {StrictJson.MaxBytes} at most");
        }

        await using Stream stream = await provider.OpenAsync(descriptor, cancellationToken).ConfigureAwait(false);
        using MemoryStream bytes = new((int)descriptor.Size);
        await stream.CopyToAsync(bytes, cancellationToken).ConfigureAwait(false);
        return bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
    }

    /// <summary>Reads and parses an index.</summary>
    public static async Task<ImageIndex> ReadIndexAsync(
        this IBlobProvider provider, Descriptor descriptor, CancellationToken cancellationToken = default) =>
        ImageIndex.Parse(await provider.ReadDocumentAsync(descriptor, cancellationToken).ConfigureAwait(false), descriptor);

    /// <summary>Reads and parses a manifest.</summary>
    public static async Task<ImageManifest> ReadManifestAsync(
        this IBlobProvider provider, Descriptor descriptor, CancellationToken cancellationToken = default) =>
        ImageManifest.Parse(await provider.ReadDocumentAsync(descriptor, cancellationToken).ConfigureAwait(false), descriptor);

    /// <summary>Reads and parses an image's config.</summary>
    public static async Task<ImageConfig> ReadConfigAsync(
        this IBlobProvider provider, Descriptor descriptor, CancellationToken cancellationToken = default) =>
        ImageConfig.Parse(await provider.ReadDocumentAsync(descriptor, cancellationToken).ConfigureAwait(false), descriptor);
}
