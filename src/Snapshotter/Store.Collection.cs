using LayerStore;
using LayerStore.Images;
using Snapshotter.Layers.Collection;

namespace Snapshotter;

/// <content>Who holds what, and what goes.</content>
public sealed partial class Store
{
    /// <summary>Frees everything that no image, lease, active snapshot or view holds: blobs, layers, snapshots, and what dead processes left.</summary>
    /// <param name="dryRun">Whether only to say what would be freed: nothing is changed.</param>
    /// <param name="cancellationToken">Cancels; what was begun is finished by the next collection.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: an image is not here whole, so what it holds cannot be told; nothing was collected.</exception>
    public Task<CollectionResult> CollectAsync(bool dryRun = false, CancellationToken cancellationToken = default)
    {
        if (!dryRun)
        {
            _layout.RequireWritable();
        }

        return Collector.CollectAsync(dryRun, cancellationToken);
    }

    /// <summary>Removes a name, and frees what only it held.</summary>
    /// <param name="name">The image.</param>
    /// <param name="dryRun">Whether only to say what would be freed: nothing is changed.</param>
    /// <param name="cancellationToken">Cancels before the name is removed.</param>
    public async Task<RemovalResult> RemoveImageAsync(string name, bool dryRun = false, CancellationToken cancellationToken = default)
    {
        Image image = await ResolveAsync(name, cancellationToken).ConfigureAwait(false);
        return await Collector.RemoveImageAsync(image.Name, dryRun, cancellationToken).ConfigureAwait(false);
    }
}
