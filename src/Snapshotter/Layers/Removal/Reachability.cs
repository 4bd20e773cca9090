using LayerStore;
using LayerStore.Content;
using LayerStore.Images;
using LayerStore.Oci;

namespace Snapshotter.Layers.Removal;

/// <summary>
/// Finds the blobs that a descriptor leads to: an index to its manifests, a manifest to its config and layers. What is
/// not here leads nowhere, and what does not parse is kept as one blob: reachability is asked before anything is deleted.
/// </summary>
/// <remarks>A manifest's <c>subject</c> is a weak reference (OCI image-spec, manifest.md) and is not followed.</remarks>
internal sealed class Reachability(IContentStore content)
{
    private readonly ContentBlobProvider _provider = new(content);
    private readonly Dictionary<Digest, long> _blobs = [];

    /// <summary>All digests seen so far with their sizes, whether their blobs are here or not.</summary>
    public IReadOnlyDictionary<Digest, long> Blobs => _blobs;

    /// <summary>Adds a descriptor and everything below it. Work and memory are bounded by the documents that are stored here: each is read once.</summary>
    public async Task AddAsync(Descriptor root, CancellationToken cancellationToken)
    {
        Stack<Descriptor> open = new([root]);
        while (open.TryPop(out Descriptor? descriptor))
        {
            if (!_blobs.TryAdd(descriptor.Digest, descriptor.Size))
            {
                continue;
            }

            foreach (Descriptor child in await ChildrenAsync(descriptor, cancellationToken).ConfigureAwait(false))
            {
                open.Push(child);
            }
        }
    }

    /// <summary>Adds one digest that is known without a descriptor; documents below it are followed if it is a manifest.</summary>
    public async Task AddManifestAsync(Digest digest, CancellationToken cancellationToken)
    {
        if (await content.StatAsync(digest, cancellationToken).ConfigureAwait(false) is { } blob)
        {
            await AddAsync(new Descriptor(MediaTypes.OciManifest, digest, blob.Size), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<IReadOnlyList<Descriptor>> ChildrenAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        bool isIndex = MediaTypes.IsIndex(descriptor.MediaType);
        if ((!isIndex && !MediaTypes.IsManifest(descriptor.MediaType))
            || await content.StatAsync(descriptor.Digest, cancellationToken).ConfigureAwait(false) is null)
        {
            return [];
        }

        try
        {
            if (isIndex)
            {
                return (await _provider.ReadIndexAsync(descriptor, cancellationToken).ConfigureAwait(false)).Manifests;
            }

            ImageManifest manifest = await _provider.ReadManifestAsync(descriptor, cancellationToken).ConfigureAwait(false);
            return [manifest.Config, .. manifest.Layers];
        }
        catch (LayerStoreException e) when (e.Kind is ErrorKind.DataLoss or ErrorKind.NotFound)
        {
            return [];
        }
    }
}
