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
    public async Task<CollectionResult> CollectAsync(bool dryRun = false, CancellationToken cancellationToken = default)
    {
        if (!dryRun)
        {
            _layout.RequireWritable();
        }

        CollectionResult result = await Tracing.RunAsync("gc", () => Collector.CollectAsync(dryRun, cancellationToken)).ConfigureAwait(false);
        if (!dryRun)
        {
            Measurements.Collected("gc", result.Items.Count, result.Bytes);
        }

        return result;
    }

    /// <summary>Whether something that was removed waits for somebody to free its space (<see cref="StoreOptions.LeaveTrash"/>).</summary>
    public bool HasTrash => Snapshotter.Trees.Trash.IsWaiting;

    /// <summary>Frees the space of what was removed; waits for another process that does so.</summary>
    /// <param name="cancellationToken">Cancels; the rest stays for the next one.</param>
    public Task EmptyTrashAsync(CancellationToken cancellationToken = default)
    {
        _layout.RequireWritable();
        return Snapshotter.Trees.Trash.EmptyAsync(cancellationToken);
    }

    /// <summary>
    /// Frees what owners other than the command line gave up, and nothing else: the blobs whose claims they dropped and the layers of the snapshots
    /// that they removed, if no owner, image, lease or snapshot holds them; and directories that a crash left without a record.
    /// </summary>
    /// <remarks>A <see cref="Reclaimer"/> calls it when it is time.</remarks>
    /// <param name="cancellationToken">Cancels the wait for others; what was given up stays on record.</param>
    /// <returns>What went.</returns>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: as for <see cref="CollectAsync"/>.</exception>
    public Task<IReadOnlyList<StoreItem>> ReclaimAsync(CancellationToken cancellationToken = default)
    {
        _layout.RequireWritable();
        return Tracing.RunAsync("reclaim", () => Collector.ReclaimAsync(cancellationToken));
    }

    /// <summary>Who has something here, in the order of their names; the command line always.</summary>
    public IReadOnlyList<string> ListOwners() =>
    [
        .. _records.Value.All.ListClaims().Select(claim => claim.Owner)
            .Concat(_records.Value.All.ListIdleIngests().Select(ingest => ingest.Owner))
            .Concat(Snapshotter.ReadRecords().Snapshots.Select(snapshot => snapshot.Owner))
            .Append(StoreOwner.CommandLine)
            .Distinct().Order(StringComparer.Ordinal),
    ];

    /// <summary>Says what keeps a thing from being collected.</summary>
    /// <param name="thing">A digest (of a blob, a layer or a chain), a snapshot's key or name, or a path: of a file in the store, or at or below a place where a
    /// snapshot is mounted.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.NotFound"/>: it means nothing here.</exception>
    public async Task<HoldingReport> FindHoldersAsync(string thing, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(thing);
        return new HolderFinder(_layout, Snapshotter).Find(await Collector.LookAsync(cancellationToken).ConfigureAwait(false), thing);
    }

    /// <summary>Says for each byte that is allocated under the root why it is there. The sum of the shares is what du(1) says of the root.</summary>
    public async Task<IReadOnlyList<UsageShare>> MeasureUsageAsync(CancellationToken cancellationToken = default) =>
        new DiskUsage(_layout.Root).Measure(await Collector.LookAsync(cancellationToken).ConfigureAwait(false), cancellationToken);

    /// <summary>Removes a name, and frees what only it held.</summary>
    /// <param name="name">The image.</param>
    /// <param name="dryRun">Whether only to say what would be freed: nothing is changed.</param>
    /// <param name="planned">Told what will be freed, before it is.</param>
    /// <param name="cancellationToken">Cancels before the name is removed.</param>
    /// <returns>What was freed, or with <see cref="StoreOptions.LeaveTrash"/> is being.</returns>
    public async Task<RemovalResult> RemoveImageAsync(
        string name, bool dryRun = false, Action<RemovalResult>? planned = null, CancellationToken cancellationToken = default)
    {
        Image image = await ResolveAsync(name, cancellationToken).ConfigureAwait(false);
        RemovalResult result = await Tracing.RunAsync(
            "rmi", () => Collector.RemoveImageAsync(image.Name, dryRun, planned, cancellationToken), image.Name).ConfigureAwait(false);
        if (!dryRun)
        {
            Measurements.Collected("rmi", result.Freed.Items.Count, result.Freed.Bytes);
        }

        return result;
    }
}
