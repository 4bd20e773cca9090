using LayerStore;
using LayerStore.Content;
using LayerStore.Images;
using LayerStore.Oci;

namespace Snapshotter.Layers.Collection;

/// <summary>What the documents in a store name: an index its manifests, a manifest its config and layers.</summary>
/// <remarks>A manifest's <c>subject</c> is a weak reference (OCI image-spec, manifest.md) and is not followed.</remarks>
internal sealed class BlobReferences(IContentStore content, KnownDocuments documents)
{
    private readonly ContentBlobProvider _provider = new(content);
    private readonly Dictionary<StoreItem, IReadOnlyList<StoreItem>> _known = [];
    private readonly Dictionary<Digest, IReadOnlyList<Digest>> _chains = [];

    // Asked for its chain first, and then for what it names.
    private (Digest Digest, DocumentSummary Summary)? _last;

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
        else if (await NamesAsync(digest, blob.Role, cancellationToken).ConfigureAwait(false) is { } names)
        {
            named = _known[blob] = names;
        }

        return named;
    }

    /// <summary>The chain IDs of the image with this manifest, base first; none for an artifact, null for what is not here whole.</summary>
    public async Task<IReadOnlyList<Digest>?> ChainAsync(Digest manifest, CancellationToken cancellationToken)
    {
        if (!_chains.TryGetValue(manifest, out IReadOnlyList<Digest>? chain)
            && await ManifestAsync(manifest, cancellationToken).ConfigureAwait(false) is { } read)
        {
            chain = _chains[manifest] = read.DiffIds is { } diffIds ? ChainId.Compute(diffIds) : [];
        }

        return chain;
    }

    private async Task<IReadOnlyList<StoreItem>?> NamesAsync(Digest digest, BlobRole role, CancellationToken cancellationToken)
    {
        if (role == BlobRole.Index)
        {
            DocumentSummary? index = documents.Find(digest, isIndex: true) ?? await TryAsync(
                digest, descriptor => documents.ReadIndexAsync(descriptor with { MediaType = MediaTypes.OciIndex }, cancellationToken), cancellationToken).ConfigureAwait(false);
            return index is null ? null : [.. index.Names.Select(entry => ItemOf(entry))];
        }

        if (await ManifestAsync(digest, cancellationToken).ConfigureAwait(false) is { } known)
        {
            return OfManifest(known.Names);
        }

        // Its config is not here whole; what it names is known all the same.
        ImageManifest? manifest = await TryAsync(digest, descriptor => _provider.ReadManifestAsync(descriptor, cancellationToken), cancellationToken).ConfigureAwait(false);
        return manifest is null ? null : OfManifest([manifest.Config, .. manifest.Layers]);
    }

    private static IReadOnlyList<StoreItem> OfManifest(IReadOnlyList<Descriptor> names) =>
        [.. names.Select((name, i) => StoreItem.OfBlob(name.Digest, i == 0 ? BlobRole.Config : BlobRole.Layer))];

    private async Task<DocumentSummary?> ManifestAsync(Digest digest, CancellationToken cancellationToken)
    {
        if (_last?.Digest != digest)
        {
            DocumentSummary? manifest = documents.Find(digest, isIndex: false)
                ?? await TryAsync(digest, descriptor => documents.ReadManifestAsync(descriptor, cancellationToken), cancellationToken).ConfigureAwait(false);
            _last = manifest is null ? null : (digest, manifest);
        }

        return _last?.Summary;
    }

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
