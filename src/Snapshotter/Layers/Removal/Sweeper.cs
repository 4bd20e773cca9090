using LayerStore;
using LayerStore.Content;
using LayerStore.Images;
using LayerStore.Leases;
using LayerStore.Oci;
using Snapshotter.Snapshots;

namespace Snapshotter.Layers.Removal;

/// <summary>
/// Frees what only one image held: its blobs, its committed snapshots, their layers. It looks at nothing else, so it
/// costs what the store's manifests cost to read, not what the store holds.
/// </summary>
/// <remarks>
/// The caller holds the store's lock <c>collect</c> alone: everything that adds blobs, layers or names holds it shared
/// from its first byte to its last reference, so nothing that is found unreferenced here is work under way.
/// What keeps a blob: images, leases, and active snapshots, by the manifest in their labels.
/// </remarks>
internal sealed class Sweeper(IContentStore content, IImageStore images, ILeaseStore leases, ISnapshotter snapshots, TimeProvider clock)
{
    /// <summary>Frees those of these blobs and of this chain that nothing holds.</summary>
    /// <param name="candidates">Blobs to free.</param>
    /// <param name="chain">Chain IDs to free, base first.</param>
    /// <param name="cancellationToken">Cancels between two removals; what is left is garbage, which nothing shows.</param>
    public async Task<RemovalResult> SweepAsync(
        IEnumerable<Digest> candidates, IReadOnlyList<Digest> chain, CancellationToken cancellationToken)
    {
        (Reachability held, HashSet<Digest> heldChains) = await MarkAsync(cancellationToken).ConfigureAwait(false);

        // Blobs first: that works on a full disk, and makes the room that changing rows needs.
        List<Digest> freed = [];
        long freedBytes = 0;
        foreach (Digest digest in candidates)
        {
            if (held.Blobs.ContainsKey(digest) || await content.StatAsync(digest, cancellationToken).ConfigureAwait(false) is not { } blob)
            {
                continue;
            }

            try
            {
                await content.DeleteAsync(digest, cancellationToken).ConfigureAwait(false);
            }
            catch (LayerStoreException e) when (e.Kind == ErrorKind.ResourceExhausted)
            {
                // The file is gone and only its row could not be: without its file it says nothing.
            }

            freed.Add(digest);
            freedBytes += blob.Size;
        }

        List<string> users = await RemoveChainAsync(chain, heldChains, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<LayerInfo> layers = snapshots is ILayerSnapshotter layered
            ? await layered.RemoveUnusedLayersAsync(cancellationToken).ConfigureAwait(false)
            : [];
        return new RemovalResult(freed, freedBytes, [.. layers.Select(layer => layer.DiffId)], layers.Sum(layer => layer.Usage.Bytes), users);
    }

    /// <summary>
    /// Frees what a failed pull or commit brought, if that can be done now. If not, it is garbage that nothing shows and the
    /// next removal of it frees; the error that matters is the one that made it fail.
    /// </summary>
    /// <param name="layout">The store.</param>
    /// <param name="blobs">The blobs.</param>
    /// <param name="chain">The chain IDs, base first.</param>
    /// <param name="isCancelled">Whether the user cancelled, and wants the prompt back: then others are waited for two seconds, else a minute.</param>
    public async Task FreeAfterFailureAsync(StoreLayout layout, IEnumerable<Digest> blobs, IReadOnlyList<Digest> chain, bool isCancelled)
    {
        try
        {
            using StoreLock? alone = await StoreLocks.TryTakeAsync(layout, TimeSpan.FromSeconds(isCancelled ? 2 : 60)).ConfigureAwait(false);
            if (alone is not null)
            {
                await SweepAsync(blobs, chain, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (LayerStoreException)
        {
            // A full disk, most often.
        }
    }

    private async Task<(Reachability Blobs, HashSet<Digest> Chains)> MarkAsync(CancellationToken cancellationToken)
    {
        Reachability held = new(content);
        HashSet<Digest> chains = [];
        ContentBlobProvider provider = new(content);
        await foreach (Image image in images.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            await held.AddAsync(image.Target, cancellationToken).ConfigureAwait(false);
            await held.AddAsync(image.Manifest, cancellationToken).ConfigureAwait(false);
            chains.UnionWith(await ChainAsync(provider, image.Manifest, cancellationToken).ConfigureAwait(false));
        }

        await foreach (SnapshotInfo snapshot in snapshots.ListAsync(null, cancellationToken).ConfigureAwait(false))
        {
            foreach (Digest manifest in SnapshotLabels.ManifestsOf(snapshot))
            {
                await held.AddManifestAsync(manifest, cancellationToken).ConfigureAwait(false);
            }
        }

        await AddLeasedAsync(held, cancellationToken).ConfigureAwait(false);
        return (held, chains);
    }

    private async Task AddLeasedAsync(Reachability held, CancellationToken cancellationToken)
    {
        DateTimeOffset now = clock.GetUtcNow();
        await foreach (Lease lease in leases.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            if (lease.ExpiresAt <= now)
            {
                continue;
            }

            await foreach (LeaseResource resource in leases.ListResourcesAsync(lease.Id, cancellationToken).ConfigureAwait(false))
            {
                if (resource.Kind == LeaseResourceKind.Blob && Digest.TryParse(resource.Id, out Digest? blob))
                {
                    await held.AddManifestAsync(blob, cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }

    /// <summary>The chain IDs of an image; none for an artifact or for what is damaged.</summary>
    public static async Task<IReadOnlyList<Digest>> ChainAsync(IBlobProvider provider, Descriptor manifest, CancellationToken cancellationToken)
    {
        try
        {
            ImageView view = await ImageView.LoadAsync(provider, manifest, platform: null, cancellationToken).ConfigureAwait(false);
            return [.. view.Layers.Select(layer => layer.ChainId)];
        }
        catch (LayerStoreException e) when (e.Kind is ErrorKind.DataLoss or ErrorKind.NotFound)
        {
            return [];
        }
    }

    private async Task<List<string>> RemoveChainAsync(IReadOnlyList<Digest> chain, HashSet<Digest> held, CancellationToken cancellationToken)
    {
        foreach (Digest chainId in chain.Reverse())
        {
            if (held.Contains(chainId))
            {
                break;
            }

            try
            {
                await snapshots.RemoveAsync(chainId.ToString(), cancellationToken).ConfigureAwait(false);
            }
            catch (LayerStoreException e) when (e.Kind == ErrorKind.NotFound)
            {
            }
            catch (LayerStoreException e) when (e.Kind == ErrorKind.FailedPrecondition)
            {
                return await ChildrenAsync(chainId.ToString(), cancellationToken).ConfigureAwait(false);
            }
        }

        return [];
    }

    private async Task<List<string>> ChildrenAsync(string parent, CancellationToken cancellationToken)
    {
        List<string> keys = [];
        await foreach (SnapshotInfo snapshot in snapshots.ListAsync(null, cancellationToken).ConfigureAwait(false))
        {
            if (snapshot.Parent == parent)
            {
                keys.Add(snapshot.Name);
            }
        }

        return keys;
    }
}
