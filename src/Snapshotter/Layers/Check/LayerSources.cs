using LayerStore;
using LayerStore.Content;
using LayerStore.Images;
using LayerStore.Oci;
using Snapshotter.Snapshots;

namespace Snapshotter.Layers.Check;

/// <summary>Finds the image from which an unpacked layer can be made again: one with a name here, or one that a snapshot was made of.</summary>
internal sealed class LayerSources(IContentStore content, IImageStore images, ISnapshotter snapshots)
{
    private List<ImageView>? _views;

    /// <summary>The images that have a layer, and where. The first call reads all manifests and configs that are here and sound.</summary>
    /// <remarks>A store may have many, and most often nothing is damaged.</remarks>
    /// <param name="diffId">The layer; null for any.</param>
    /// <param name="chainId">Its place; null for any.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<IEnumerable<(ImageView Image, int Index)>> FindAsync(Digest? diffId, Digest? chainId, CancellationToken cancellationToken)
    {
        _views ??= await LoadAsync(cancellationToken).ConfigureAwait(false);
        return from view in _views
               from index in Enumerable.Range(0, view.Layers.Count)
               where (diffId is null || view.Layers[index].DiffId == diffId) && (chainId is null || view.Layers[index].ChainId == chainId)
               select (view, index);
    }

    private async Task<List<ImageView>> LoadAsync(CancellationToken cancellationToken)
    {
        List<ImageView> views = [];
        HashSet<Digest> seen = [];
        await foreach (Image image in images.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            await AddAsync(views, image.Manifest.Digest, seen, cancellationToken).ConfigureAwait(false);
        }

        await foreach (SnapshotInfo snapshot in snapshots.ListAsync(null, cancellationToken).ConfigureAwait(false))
        {
            foreach (Digest manifest in SnapshotLabels.ManifestsOf(snapshot))
            {
                await AddAsync(views, manifest, seen, cancellationToken).ConfigureAwait(false);
            }
        }

        return views;
    }

    private async Task AddAsync(List<ImageView> views, Digest manifest, HashSet<Digest> seen, CancellationToken cancellationToken)
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
                views.Add(await ImageView.LoadAsync(new ContentBlobProvider(content), target, platform: null, cancellationToken).ConfigureAwait(false));
            }
        }
        catch (LayerStoreException e) when (e.Kind is ErrorKind.DataLoss or ErrorKind.NotFound)
        {
            // An artifact, or damaged: nothing can be unpacked from it.
        }
    }
}
