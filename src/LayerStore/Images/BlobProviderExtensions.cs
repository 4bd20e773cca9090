using LayerStore.Oci;

namespace LayerStore.Images;

/// <summary>What can be derived from <see cref="IBlobProvider.OpenAsync"/>.</summary>
public static class BlobProviderExtensions
{
    /// <summary>Reads a document whole, verified.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: missing, not what the descriptor says, or over a limit.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadDocumentAsync(
        this IBlobProvider provider, Descriptor descriptor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(provider);
        ArgumentNullException.ThrowIfNull(descriptor);
        StrictJson.CheckSize($"blob {descriptor.Digest}", descriptor.Size, provider.Documents);
        await using Stream stream = await provider.OpenAsync(descriptor, cancellationToken).ConfigureAwait(false);
        using MemoryStream bytes = new((int)descriptor.Size);
        await stream.CopyToAsync(bytes, cancellationToken).ConfigureAwait(false);
        return bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
    }

    /// <summary>Reads and parses an index.</summary>
    public static async Task<ImageIndex> ReadIndexAsync(
        this IBlobProvider provider, Descriptor descriptor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(provider);
        return ImageIndex.Parse(await provider.ReadDocumentAsync(descriptor, cancellationToken).ConfigureAwait(false), descriptor, provider.Documents);
    }

    /// <summary>Reads and parses a manifest.</summary>
    public static async Task<ImageManifest> ReadManifestAsync(
        this IBlobProvider provider, Descriptor descriptor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(provider);
        return ImageManifest.Parse(await provider.ReadDocumentAsync(descriptor, cancellationToken).ConfigureAwait(false), descriptor, provider.Documents);
    }

    /// <summary>Reads and parses an image's config.</summary>
    public static async Task<ImageConfig> ReadConfigAsync(
        this IBlobProvider provider, Descriptor descriptor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(provider);
        return ImageConfig.Parse(await provider.ReadDocumentAsync(descriptor, cancellationToken).ConfigureAwait(false), descriptor, provider.Documents);
    }
}
