using LayerStore;
using LayerStore.Content;
using LayerStore.Images;
using LayerStore.Leases;
using Snapshotter.Snapshots;
using Snapshotter.Snapshots.Database;

namespace Snapshotter.Layers.Collection;

/// <summary>Frees what nothing holds: marks from the roots, and sweeps blobs, layers and snapshots (docs/decisions/0011-collection.md).</summary>
/// <remarks>
/// <para>It looks twice: first to plan and to measure, which takes as long as the plan is large and stops nobody; then, alone
/// (<see cref="CollectionLock"/>), to take what is in the plan, if there is something, and still unheld. To take is to rename into the trash and to remove records: its time does not
/// depend on the size of things. The space is freed after the lock.</para>
/// <para>Crash points, in order; after each the next collection goes on where this one stopped:
/// <list type="number">
/// <item>lapsed leases are gone: they kept nothing;</item>
/// <item>some blobs are in the trash, and have rows: a row without a file is nothing;</item>
/// <item>their rows are gone;</item>
/// <item>the records of snapshots and layers are gone, in one transaction: directories without a record, which are leftovers;</item>
/// <item>some are in the trash: the next one to open the store, or to collect, empties it.</item>
/// </list></para>
/// </remarks>
internal sealed class Collector(
    StoreLayout layout, ContentStore content, KnownDocuments documents, IImageStore images, LeaseStore leases, DirectorySnapshotter snapshots)
{
    private readonly GraphBuilder _builder = new(content, documents, leases, snapshots);

    /// <summary>Collects everything that no root leads to.</summary>
    /// <param name="dryRun">Whether only to say what would be freed.</param>
    /// <param name="cancellationToken">Cancels; what has been taken by then is freed by the next collection.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: an image is not here whole, so what it holds cannot be told.</exception>
    public async Task<CollectionResult> CollectAsync(bool dryRun, CancellationToken cancellationToken)
    {
        // All that was given up before the look, and that something else holds, or it is in the plan.
        DroppedBlobs dropped = content.ReadDropped();
        IReadOnlyList<StoredThing> plan = Garbage(await LookAsync(cancellationToken).ConfigureAwait(false));
        IReadOnlyList<CollectedItem> measured = Measure(plan, cancellationToken);
        if (dryRun)
        {
            return new CollectionResult(measured);
        }

        HashSet<StoreItem> taken = [];
        using (await CollectionLock.TakeAsync(layout, cancellationToken).ConfigureAwait(false))
        {
            leases.DropLapsed();
            if (plan.Count > 0)
            {
                StoreGraph now = await _builder.BuildAsync(cancellationToken).ConfigureAwait(false);
                taken = await TakeAsync(plan, Garbage(now), cancellationToken).ConfigureAwait(false);
            }

            content.ForgetDropped(dropped);
        }

        await snapshots.Trees.Trash.EmptyAsync(cancellationToken).ConfigureAwait(false);
        return new CollectionResult([.. measured.Where(item => taken.Contains(item.Item))]);
    }

    /// <summary>Removes an image's name, and frees what only it held.</summary>
    /// <param name="name">The image's full name.</param>
    /// <param name="dryRun">Whether only to say what would be freed.</param>
    /// <param name="planned">Told what will be freed, before it is.</param>
    /// <param name="cancellationToken">Cancels; what has been taken by then is freed by the next collection.</param>
    public async Task<RemovalResult> RemoveImageAsync(string name, bool dryRun, Action<RemovalResult>? planned, CancellationToken cancellationToken)
    {
        (IReadOnlyList<StoredThing> plan, RemovalResult removal) = await PlanRemovalAsync(name, cancellationToken).ConfigureAwait(false);
        planned?.Invoke(removal);
        if (dryRun)
        {
            return removal;
        }

        HashSet<StoreItem> taken = [];
        using (await CollectionLock.TakeAsync(layout, cancellationToken).ConfigureAwait(false))
        {
            await images.DeleteAsync(name, cancellationToken).ConfigureAwait(false);
            StoreGraph now = await _builder.BuildAsync(CancellationToken.None).ConfigureAwait(false);
            taken = await TakeAsync(plan, Unheld(now), CancellationToken.None).ConfigureAwait(false);
        }

        await snapshots.Trees.Trash.FreeAsync(CancellationToken.None).ConfigureAwait(false);
        return removal with { Freed = new CollectionResult([.. removal.Freed.Items.Where(item => taken.Contains(item.Item))]) };
    }

    /// <summary>
    /// Frees what owners gave up and nothing holds any more: blobs whose claims they dropped, layers that no snapshot uses, and directories
    /// that no record names.
    /// </summary>
    /// <param name="cancellationToken">Cancels the wait; once it has begun to take things it takes all.</param>
    /// <returns>What went.</returns>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: as for <see cref="CollectAsync"/>. What was given up stays on record.</exception>
    public async Task<IReadOnlyList<StoreItem>> ReclaimAsync(CancellationToken cancellationToken)
    {
        // Most often there is nothing: then nobody is made to wait.
        if (content.ReadDropped().Last == 0 && UnusedLayers(snapshots.ReadRecords()).Count == 0 && snapshots.Trees.FindOrphans().Count == 0)
        {
            await (snapshots.Trees.Trash.IsWaiting ? snapshots.Trees.Trash.EmptyAsync(CancellationToken.None) : Task.CompletedTask).ConfigureAwait(false);
            return [];
        }

        HashSet<StoreItem> taken;
        using (await CollectionLock.TakeAsync(layout, cancellationToken).ConfigureAwait(false))
        {
            DroppedBlobs dropped = content.ReadDropped();
            HashSet<string> blobs = [.. dropped.Digests.Select(digest => digest.ToString())];
            IReadOnlyList<StoredThing> unheld = Garbage(await _builder.BuildAsync(cancellationToken).ConfigureAwait(false));
            HashSet<long> layers = UnusedLayers(snapshots.ReadRecords());
            IReadOnlyList<StoredThing> plan = [.. unheld.Where(thing => thing.Item.Kind switch
            {
                StoreItemKind.Blob => blobs.Contains(thing.Item.Name),
                StoreItemKind.Layer => layers.Contains(thing.Item.Number),
                StoreItemKind.Leftover => true,
                _ => false,
            })];
            long bytes = Measure([.. plan.Where(thing => thing.Item.Kind == StoreItemKind.Blob)], cancellationToken).Sum(item => item.Bytes)
                + snapshots.ReadRecords().Layers.Where(layer => layers.Contains(layer.Tree)).Sum(layer => layer.Usage.Bytes);
            taken = await TakeAsync(plan, plan, CancellationToken.None).ConfigureAwait(false);
            Measurements.Collected("reclaim", taken.Count, bytes);
            content.ForgetDropped(dropped);
        }

        await snapshots.Trees.Trash.EmptyAsync(CancellationToken.None).ConfigureAwait(false);
        return [.. taken];
    }

    /// <summary>
    /// Frees what a failed pull or commit brought, if that can be done now. If not, it is garbage that nothing shows and the
    /// next collection frees; the error that matters is the one that made it fail.
    /// </summary>
    /// <param name="blobs">The blobs.</param>
    /// <param name="chain">The chain IDs.</param>
    /// <param name="isCancelled">Whether the user cancelled, and wants the prompt back: then others are waited for two seconds, else a minute.</param>
    public async Task FreeAfterFailureAsync(IReadOnlyCollection<Digest> blobs, IReadOnlyCollection<Digest> chain, bool isCancelled)
    {
        try
        {
            HashSet<string> names = [.. blobs.Concat(chain).Select(digest => digest.ToString())];
            using (StoreLock? alone = await CollectionLock.TryTakeAsync(layout, TimeSpan.FromSeconds(isCancelled ? 2 : 60)).ConfigureAwait(false))
            {
                if (alone is null)
                {
                    return;
                }

                IReadOnlyList<StoredThing> unheld = Unheld(await _builder.BuildAsync(CancellationToken.None).ConfigureAwait(false));
                await TakeAsync([.. unheld.Where(thing => thing.Item.Kind == StoreItemKind.Layer || names.Contains(thing.Item.Name))], unheld, CancellationToken.None)
                    .ConfigureAwait(false);
            }

            await snapshots.Trees.Trash.EmptyAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (LayerStoreException)
        {
            // A full disk, most often.
        }
    }

    /// <summary>What the store holds now. Nobody collects meanwhile; others may pull.</summary>
    public async Task<StoreGraph> LookAsync(CancellationToken cancellationToken)
    {
        using StoreLock? looking = layout.IsReadOnly ? null : await CollectionLock.ShareAsync(layout, cancellationToken).ConfigureAwait(false);
        return await _builder.BuildAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What no root leads to.</summary>
    public static IReadOnlyList<StoredThing> Unheld(StoreGraph graph)
    {
        HeldItems held = graph.Reach(graph.Roots);
        return [.. graph.Things.Where(thing => !held.Contains(thing.Item))];
    }

    private static IReadOnlyList<StoredThing> Garbage(StoreGraph graph) => graph.DamagedImages.Count == 0
        ? Unheld(graph)
        : throw new LayerStoreException(
            ErrorKind.DataLoss,
            $"the image {Printable.Text(graph.DamagedImages[0])} is not here whole, so what it holds cannot be told",
            "Pull it again, or remove it with rmi. Nothing was collected.");

    /// <summary>The trees of the layers that no snapshot of any owner uses.</summary>
    private static HashSet<long> UnusedLayers(SnapshotRecords records)
    {
        HashSet<long> unused = [.. records.Layers.Select(layer => layer.Tree)];
        unused.ExceptWith(records.Snapshots.Select(snapshot => snapshot.Tree));
        return unused;
    }

    /// <summary>What the removal of a name frees. The graph ends here: the next one need not lie beside it in memory.</summary>
    private async Task<(IReadOnlyList<StoredThing> Plan, RemovalResult Removal)> PlanRemovalAsync(string name, CancellationToken cancellationToken)
    {
        StoreGraph graph = await LookAsync(cancellationToken).ConfigureAwait(false);
        (IReadOnlyList<StoredThing> plan, IReadOnlyList<StoreItem> users) = HeldOnlyBy(graph, new StoreItem(StoreItemKind.Image, name));
        return (plan, new RemovalResult(new CollectionResult(Measure(plan, cancellationToken)), NamesOf(StoreItemKind.Snapshot), NamesOf(StoreItemKind.Owner)));

        IReadOnlyList<string> NamesOf(StoreItemKind kind) => [.. users.Where(user => user.Kind == kind).Select(user => user.Name)];
    }

    /// <summary>What no other root leads to; and of what no other image and no lease leads to, the snapshots and owners that use it.</summary>
    private static (IReadOnlyList<StoredThing> Things, IReadOnlyList<StoreItem> Users) HeldOnlyBy(StoreGraph graph, StoreItem image)
    {
        HeldItems own = graph.Reach([image]);
        HeldItems others = graph.Reach(graph.Roots.Where(root => root != image && !IsUser(root)));
        List<StoredThing> wanted = [.. graph.Things.Where(thing => own.Contains(thing.Item) && !others.Contains(thing.Item))];
        List<StoreItem> users = wanted.Count == 0 ? [] : [.. graph.Roots.Where(IsUser).Where(root =>
        {
            HeldItems its = graph.Reach([root]);
            return wanted.Exists(thing => its.Contains(thing.Item));
        })];
        HeldItems used = graph.Reach(users);
        wanted.RemoveAll(thing => used.Contains(thing.Item));
        return (wanted, users);

        static bool IsUser(StoreItem root) => root.Kind is StoreItemKind.Snapshot or StoreItemKind.Owner;
    }

    private IReadOnlyList<CollectedItem> Measure(IReadOnlyList<StoredThing> plan, CancellationToken cancellationToken)
    {
        SpaceMeter meter = new(layout.Root);
        foreach (StoredThing thing in plan)
        {
            meter.Add(thing, cancellationToken);
        }

        return [.. plan.Zip(meter.Measure(cancellationToken), (thing, bytes) => new CollectedItem(thing.Item, bytes))];
    }

    /// <summary>Takes what is planned and still unheld out of sight. The caller collects alone.</summary>
    private async Task<HashSet<StoreItem>> TakeAsync(IReadOnlyList<StoredThing> plan, IReadOnlyList<StoredThing> unheld, CancellationToken cancellationToken)
    {
        HashSet<StoreItem> planned = [.. plan.Select(thing => thing.Item)];
        List<StoredThing> taking = [.. unheld.Where(thing => planned.Contains(thing.Item))];
        try
        {
            // Blobs first: on a full disk that makes the room which changing records needs.
            IReadOnlyCollection<Digest> gone = await content
                .DiscardAsync([.. Of(StoreItemKind.Blob).Select(thing => Digest.Parse(thing.Item.Name))], cancellationToken).ConfigureAwait(false);
            HashSet<string> names = [.. gone.Select(digest => digest.ToString())];
            taking.RemoveAll(thing => thing.Item.Kind == StoreItemKind.Blob && !names.Contains(thing.Item.Name));
        }
        catch (LayerStoreException e) when (e.Kind == ErrorKind.ResourceExhausted)
        {
            await snapshots.Trees.Trash.EmptyAsync(CancellationToken.None).ConfigureAwait(false);
        }

        HashSet<long> trees = snapshots.Discard(
            [.. Of(StoreItemKind.Snapshot).Select(thing => thing.Item.Number)], [.. Of(StoreItemKind.Layer).Select(thing => thing.Item.Number)]);
        taking.RemoveAll(thing => thing.Item.Kind == StoreItemKind.Layer && !trees.Contains(thing.Item.Number));
        HashSet<string> ingests = [.. Of(StoreItemKind.Ingest).SelectMany(thing => thing.Paths)];
        foreach (IdleIngest ingest in content.ListIdleIngests().Where(ingest => ingests.Contains($"ingest/{ingest.Directory}")))
        {
            content.TryDiscard(ingest);
        }

        if (Of(StoreItemKind.Leftover).Any())
        {
            snapshots.Trees.MoveOrphansToTrash();
        }

        return [.. taking.Select(thing => thing.Item)];

        IEnumerable<StoredThing> Of(StoreItemKind kind) => taking.Where(thing => thing.Item.Kind == kind);
    }
}
