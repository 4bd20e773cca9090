using LayerStore;

namespace Snapshotter.Snapshots;

/// <summary>
/// A snapshotter whose committed snapshots are lists of <i>layers</i>: unpacked, immutable, parent-independent directory
/// trees in overlay's form, or images that show such a tree, one for each diffID, shared by every chain that has it.
/// </summary>
/// <remarks>
/// <para>A layer is written into a <i>draft</i>, a numbered directory that belongs to one living process, and becomes
/// visible when <see cref="PublishAsync"/> has made it durable: one syncfs, then one database transaction. A draft whose
/// process died is removed by whoever opens the store next.</para>
/// <para>A layer that cannot be understood without what is below it (implied directories, hard links to a lower file;
/// "loose") is completed for its chain and keyed by its chain ID: it is not shared.</para>
/// </remarks>
public interface ILayerSnapshotter : ISnapshotter
{
    /// <summary>Which xattr namespace holds overlay's marks: <c>trusted</c>, or <c>user</c> for a store made in a user namespace.</summary>
    string OverlayXattrNamespace { get; }

    /// <summary>Whether layers that are unpacked become images where they can (<see cref="LayerDraft.ImageDigest"/>), and not directories.</summary>
    bool MakesImages { get; }

    /// <summary>The published layer of this diffID; else the one completed for this chain; else null.</summary>
    Task<LayerInfo?> FindLayerAsync(Digest diffId, Digest chainId, CancellationToken cancellationToken = default);

    /// <summary>All published layers, ordered by the numbers of their trees.</summary>
    Task<IReadOnlyList<LayerInfo>> ListLayersAsync(CancellationToken cancellationToken = default);

    /// <summary>Makes an empty draft: mode 0755, root, mtime 0.</summary>
    Task<LayerDraft> BeginLayerAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Makes the drafts durable and, base first, gives each chain ID a committed snapshot over its layer. Idempotent: what
    /// another process published meanwhile is taken, and the draft is dropped.
    /// </summary>
    /// <param name="chain">The whole chain from the base, or from any link whose parent chain ID is already committed.</param>
    /// <param name="continued">An active snapshot whose upper is one of the drafts (see <see cref="FreezeAsync"/>): it goes
    /// on with a new, empty upper on top of the chain's last link, in the same transaction.</param>
    /// <param name="labels">What changes in the continued snapshot's labels at the same moment: it stands on another image now, which must
    /// not be forgotten between the two. As in <see cref="ISnapshotter.SetLabelsAsync"/>.</param>
    /// <param name="cancellationToken">Cancels before the transaction.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.Aborted"/>: a link without a draft names a layer that was
    /// removed meanwhile, or the continued snapshot changed; <see cref="ErrorKind.NotFound"/>: the parent of the first link
    /// is not committed; <see cref="ErrorKind.InvalidArgument"/>: a chain ID is not that of its layers.</exception>
    Task PublishAsync(
        IReadOnlyList<LayerLink> chain,
        string? continued = null,
        IReadOnlyDictionary<string, string?>? labels = null,
        CancellationToken cancellationToken = default);

    /// <summary>
    /// Makes a committed snapshot of this owner over a layer that is here already, whoever had it unpacked, so that nothing needs to be fetched or
    /// unpacked again (containerd's remote-snapshot protocol).
    /// </summary>
    /// <param name="chainId">The chain that the snapshot is to be.</param>
    /// <param name="parent">The committed snapshot of the chain below; its name, or its label <c>containerd.io/snapshot.ref</c>, is that chain's ID. Null for
    /// a base layer.</param>
    /// <param name="labels">The snapshot's labels; <c>containerd.io/snapshot.ref</c> is added.</param>
    /// <param name="cancellationToken">Cancels before the change.</param>
    /// <returns>The snapshot's name, which is unique; null if the layer is not here, or the parent is not of this chain.</returns>
    Task<string?> ShareAsync(
        Digest chainId, string? parent, IReadOnlyDictionary<string, string>? labels = null, CancellationToken cancellationToken = default);

    /// <summary>The upper of an active snapshot that is not mounted, as a draft for <see cref="PublishAsync"/>. Until that, nothing changes: disposing
    /// the draft leaves the snapshot as it was.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.FailedPrecondition"/>: it is mounted, or not active;
    /// <see cref="ErrorKind.Aborted"/>: another draft of it is alive.</exception>
    Task<LayerDraft> FreezeAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>
    /// The directories that show a snapshot, topmost first, by the rules that overlay needs: a repeated layer only where it
    /// is topmost, nothing below an opaque root. For an active snapshot its upper comes first, for a view its own empty top.
    /// For a committed one, only layers.
    /// </summary>
    Task<SnapshotStack> StackAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>Removes the layers that no snapshot of any owner uses (what is left after images were removed) and returns them.</summary>
    /// <remarks>Whoever found such a layer just before, and then publishes a chain with it, is refused and tries again.</remarks>
    Task<IReadOnlyList<LayerInfo>> RemoveUnusedLayersAsync(CancellationToken cancellationToken = default);
}
