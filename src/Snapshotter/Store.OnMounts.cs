using LayerStore;
using LayerStore.Leases;
using LayerStore.Oci;
using Snapshotter.Layers;
using Snapshotter.Layers.OnMounts;
using Snapshotter.Snapshots;

namespace Snapshotter;

/// <content>Layers between blobs and mounts, whose snapshots somebody else looks after: containerd.</content>
public sealed partial class Store
{
    /// <summary>Applies a layer's blob to what mounts show: whiteouts delete. The mounts are made for it, and seen by no other process.</summary>
    /// <param name="layer">The blob; its content decides how it is packed.</param>
    /// <param name="mounts">Those of an active snapshot, or any that can be written to.</param>
    /// <param name="options">How to make the files.</param>
    /// <param name="sync">Whether to wait until the disk has them. The commit of a snapshot of this store does so anyway.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The uncompressed layer: its digest is the diffID.</returns>
    /// <remarks>An application that fails cannot be undone: remove the snapshot.</remarks>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.NotFound"/>: no such blob; <see cref="ErrorKind.Unimplemented"/>: not the type of a layer;
    /// <see cref="ErrorKind.DataLoss"/>: a damaged, malformed or hostile layer; others of mounting, and as <see cref="LayerApply.ToTree"/>.</exception>
    public Task<Descriptor> ApplyAsync(
        Descriptor layer, IReadOnlyList<Mount> mounts, LayerOptions? options = null, bool sync = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentNullException.ThrowIfNull(mounts);
        options ??= LayerOptions.Default;
        MountApplier applier = new(Content, options);
        return TimeLimit.RunAsync(options.Limits, token => applier.ApplyAsync(layer, mounts, sync, token), cancellationToken);
    }

    /// <summary>Stores the layer that turns what some mounts show into what others show. The same trees give the same blob.</summary>
    /// <param name="lower">The older tree; none for an empty one. Of a snapshot's parent, the mounts of a view.</param>
    /// <param name="upper">The newer tree: the mounts of an active snapshot or of a view. It may be in use.</param>
    /// <param name="options">What to make of it.</param>
    /// <param name="cancellationToken">Cancels; no blob is made.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.Unimplemented"/>: a type that is not made here; <see cref="ErrorKind.Aborted"/>: somebody else
    /// writes that ingest, or a file changed while it was read; <see cref="ErrorKind.FailedPrecondition"/>: something in the tree has no form in a layer.</exception>
    public async Task<Descriptor> DiffAsync(
        IReadOnlyList<Mount> lower, IReadOnlyList<Mount> upper, MountDiffOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(lower);
        ArgumentNullException.ThrowIfNull(upper);
        await using WorkLease lease = await Leases.BeginWorkAsync("diff", cancellationToken).ConfigureAwait(false);
        return await new MountDiffer(Content).DiffAsync(lower, upper, options ?? new MountDiffOptions(), lease, cancellationToken).ConfigureAwait(false);
    }
}
