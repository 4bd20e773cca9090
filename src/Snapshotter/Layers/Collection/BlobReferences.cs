using LayerStore;
using LayerStore.Content;
using LayerStore.Images;
using LayerStore.Oci;

namespace Snapshotter.Layers.Collection;

/// <summary>What the documents in a store name: an index its manifests, a manifest its config and layers. Each is read once.</summary>
/// <remarks>A manifest's <c>subject</c> is a weak reference (OCI image-spec, manifest.md) and is not followed.</remarks>
internal sealed class BlobReferences(IContentStore content)
{
    private readonly ContentBlobProvider _provider = new(content);
    private readonly Dictionary<StoreItem, IReadOnlyList<StoreItem>> _known = [];
    private readonly Dictionary<Digest, IReadOnlyList<Digest>> _chains = [];

    // Asked for its chain first, and then for what it names.
    private ImageManifest? _last;

    /// <summary>A blob as what a descriptor says it is.</summary>
    public static StoreItem ItemOf(Descriptor descriptor, BlobRole other = BlobRole.Data) => StoreItem.OfBlob(
        descriptor.Digest,
        MediaTypes.IsIndex(descriptor.MediaType) ? BlobRole.Index : MediaTypes.IsManifest(descriptor.MediaType) ? BlobRole.Manifest : other);

    /// <summary>Whether a blob is named as something that may name others.</summary>
    public static bool LeadsOn(StoreItem blob) => blob.Role is BlobRole.Any or BlobRole.Index or BlobRole.Manifest;

    /// <summary>What a blob names; null if it should be a document, and is not here or does not parse.</summary>
    public async Task<IReadOnlyList<StoreItem>?> OfAsync(StoreItem blob, CancellationToken cancellationToken)
    {
        if (!LeadsOn(blob))
        {
            return [];
        }

        if (_known.TryGetValue(blob, out IReadOnlyList<StoreItem>? named))
        {
            return named;
        }

        Digest digest = Digest.Parse(blob.Name);
        if (blob.Role == BlobRole.Any)
        {
            named = await OfAsync(StoreItem.OfBlob(digest, BlobRole.Index), cancellationToken).ConfigureAwait(false)
                ?? await OfAsync(StoreItem.OfBlob(digest, BlobRole.Manifest), cancellationToken).ConfigureAwait(false)
                ?? [];
        }
        else if (await TryAsync(digest, descriptor => ReadAsync(descriptor, blob.Role, cancellationToken), cancellationToken).ConfigureAwait(false) is { } read)
        {
            named = _known[blob] = read;
        }

        return named;
    }

    /// <summary>The chain IDs of the image with this manifest, base first; none for an artifact, null for what is not here whole.</summary>
    public async Task<IReadOnlyList<Digest>?> ChainAsync(Digest manifest, CancellationToken cancellationToken)
    {
        if (!_chains.TryGetValue(manifest, out IReadOnlyList<Digest>? chain)
            && await TryAsync(manifest, descriptor => ReadChainAsync(descriptor, cancellationToken), cancellationToken).ConfigureAwait(false) is { } read)
        {
            chain = _chains[manifest] = read;
        }

        return chain;
    }

    private async Task<IReadOnlyList<StoreItem>> ReadAsync(Descriptor descriptor, BlobRole role, CancellationToken cancellationToken)
    {
        if (role == BlobRole.Index)
        {
            ImageIndex index = await _provider.ReadIndexAsync(descriptor with { MediaType = MediaTypes.OciIndex }, cancellationToken).ConfigureAwait(false);
            return [.. index.Manifests.Select(entry => ItemOf(entry))];
        }

        ImageManifest manifest = await ReadManifestAsync(descriptor, cancellationToken).ConfigureAwait(false);
        return [StoreItem.OfBlob(manifest.Config.Digest, BlobRole.Config), .. manifest.Layers.Select(layer => StoreItem.OfBlob(layer.Digest, BlobRole.Layer))];
    }

    private async Task<IReadOnlyList<Digest>> ReadChainAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        ImageManifest manifest = await ReadManifestAsync(descriptor, cancellationToken).ConfigureAwait(false);
        if (!manifest.IsImage)
        {
            return [];
        }

        ImageView view = await ImageView.LoadAsync(_provider, new ResolvedManifest(descriptor, [], manifest), cancellationToken).ConfigureAwait(false);
        return [.. view.Layers.Select(layer => layer.ChainId)];
    }

    private async Task<ImageManifest> ReadManifestAsync(Descriptor descriptor, CancellationToken cancellationToken) =>
        _last?.Digest == descriptor.Digest ? _last : _last = await _provider.ReadManifestAsync(descriptor, cancellationToken).ConfigureAwait(false);

    // What is not here may come, and what is damaged be replaced; what was read never changes.
    private async Task<T?> TryAsync<T>(Digest digest, Func<Descriptor, Task<T>> read, CancellationToken cancellationToken)
        where T : class
    {
        if (await content.StatAsync(digest, cancellationToken).ConfigureAwait(false) is not { } info)
        {
            return null;
        }

        try
        {
            return await read(new Descriptor(MediaTypes.OciManifest, digest, info.Size)).ConfigureAwait(false);
        }
        catch (LayerStoreException e) when (e.Kind is ErrorKind.DataLoss or ErrorKind.NotFound)
        {
            return null;
        }
    }
}
