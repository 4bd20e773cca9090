using LayerStore;
using LayerStore.Content;
using LayerStore.Images;
using LayerStore.Oci;
using Snapshotter.Snapshots;

namespace Snapshotter.Layers.Check;

/// <summary>Finds the image from which an unpacked layer can be made again: one with a name here, or one that a snapshot was made of.</summary>
internal sealed class LayerSources(IContentStore content, IImageStore images, ISnapshotter snapshots)
{
    private readonly List<ImageView> _views = [];

    /// <summary>Reads the manifests and configs that are here and sound.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        HashSet<Digest> seen = [];
        await foreach (Image image in images.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            await AddAsync(image.Manifest.Digest, seen, cancellationToken).ConfigureAwait(false);
        }

        await foreach (SnapshotInfo snapshot in snapshots.ListAsync(null, cancellationToken).ConfigureAwait(false))
        {
            foreach (Digest manifest in SnapshotLabels.ManifestsOf(snapshot))
            {
                await AddAsync(manifest, seen, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The images that have a layer, and where.</summary>
    /// <param name="diffId">The layer; null for any.</param>
    /// <param name="chainId">Its place; null for any.</param>
    public IEnumerable<(ImageView Image, int Index)> Find(Digest? diffId, Digest? chainId) =>
        from view in _views
        from index in Enumerable.Range(0, view.Layers.Count)
        where (diffId is null || view.Layers[index].DiffId == diffId) && (chainId is null || view.Layers[index].ChainId == chainId)
        select (view, index);

    private async Task AddAsync(Digest manifest, HashSet<Digest> seen, CancellationToken cancellationToken)
    {
        if (!seen.Add(manifest))
        {
            return;
        }

        try
        {
            if (await content.StatAsync(manifest, cancellationToken).ConfigureAwait(false) is { } blob)
            {
                Descriptor target = new(MediaTypes.OciManifest, manifest, blob.Size);
                _views.Add(await ImageView.LoadAsync(new ContentBlobProvider(content), target, platform: null, cancellationToken).ConfigureAwait(false));
            }
        }
        catch (LayerStoreException e) when (e.Kind is ErrorKind.DataLoss or ErrorKind.NotFound)
        {
            // An artifact, or damaged: nothing can be unpacked from it.
        }
    }
}
