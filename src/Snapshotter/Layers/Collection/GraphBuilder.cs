using LayerStore;
using LayerStore.Content;
using LayerStore.Images;
using LayerStore.Leases;
using Snapshotter.Snapshots;
using Snapshotter.Snapshots.Database;

namespace Snapshotter.Layers.Collection;

/// <summary>Looks at both databases and the disk, and says what leads to what.</summary>
/// <remarks>
/// <para><b>Roots</b> are images, leases in force, active snapshots and views, committed snapshots with a name of the user's own (nothing could
/// make them again), and every other owner, who collects for himself: it leads to all that is its own. Committed snapshots that are named by a chain
/// ID were made of an image, and stay with it. Images and leases are the command line's, whoever looks.</para>
/// <para>Leases and images are read before everything else and once more after it. Who has the <see cref="CollectionLock"/> alone needs the first: leases can
/// only end meanwhile, and then what they kept is named by something that is read later. Who shares it, only to look, needs the second:
/// whatever was seen on the disk was leased before, and since then perhaps named. Claims are read after the blobs, for a file comes before its claim; whoever
/// takes blobs away looks for claims once more.</para>
/// </remarks>
internal sealed class GraphBuilder(ContentStore content, KnownDocuments documents, LeaseStore leases, DirectorySnapshotter snapshots)
{
    private readonly BlobReferences _references = new(content, documents);
    private Dictionary<StoreItem, IReadOnlyList<StoreItem>> _edges = [];
    private readonly List<StoreItem> _roots = [];
    private readonly List<string> _damaged = [];
    private readonly List<IdleIngest> _ingests = [];
    private readonly Dictionary<long, StoreItem> _snapshots = [];
    private readonly Dictionary<string, StoreItem> _ownSnapshots = new(StringComparer.Ordinal);

    /// <summary>Builds the graph. May be called again: documents that were read stay known.</summary>
    public async Task<StoreGraph> BuildAsync(CancellationToken cancellationToken)
    {
        _edges = [];
        _roots.Clear();
        _damaged.Clear();
        _ingests.Clear();
        _snapshots.Clear();
        _ownSnapshots.Clear();
        CollectionRoots named = leases.ReadRoots();
        SnapshotRecords records = snapshots.ReadRecords();
        AddSnapshots(records);
        List<StoredThing> things = List(records);
        CollectionRoots roots = Both(named, leases.ReadRoots());
        HashSet<string> leaseIds = [.. roots.Leases.Select(held => held.Lease.Id)];
        AddOwners(records);
        foreach (SnapshotRecord record in records.Snapshots.Where(record => IsRoot(record, leaseIds)))
        {
            _roots.Add(_snapshots[record.Id]);
        }

        foreach (Image image in roots.Images)
        {
            await AddImageAsync(image, cancellationToken).ConfigureAwait(false);
        }

        foreach (HeldLease lease in roots.Leases)
        {
            AddLease(lease, records);
        }

        await FollowBlobsAsync(cancellationToken).ConfigureAwait(false);
        documents.Save();
        return new StoreGraph([.. _roots], _edges, things, [.. _damaged]);
    }

    private static CollectionRoots Both(CollectionRoots before, CollectionRoots after) => new(
        [.. before.Images.Concat(after.Images).DistinctBy(image => (image.Name, image.Target, image.Manifest))], [.. before.Leases, .. after.Leases]);

    // Its directory tells those of two owners with one reference apart.
    private static StoreItem ItemOf(IdleIngest ingest) => new(StoreItemKind.Ingest, ingest.Reference ?? ingest.Directory) { Path = ingest.Directory };

    private static StoreItem ItemOf(LayerRow layer) => new(StoreItemKind.Layer, layer.DiffId.ToString()) { Number = layer.Tree };

    private void AddSnapshots(SnapshotRecords records)
    {
        foreach (SnapshotRecord record in records.Snapshots)
        {
            StoreItem item = new(StoreItemKind.Snapshot, record.Key) { Number = record.Id, SnapshotKind = record.Kind };
            _snapshots.Add(record.Id, item);
            if (record.Owner == StoreOwner.CommandLine)
            {
                _ownSnapshots.Add(record.Key, item);
            }
        }

        Dictionary<long, StoreItem> layers = records.Layers.ToDictionary(layer => layer.Tree, ItemOf);
        foreach (SnapshotRecord record in records.Snapshots)
        {
            List<StoreItem> next = [];
            if (record.Parent is { } parent)
            {
                next.Add(_snapshots[parent]);
            }

            if (layers.TryGetValue(record.Tree, out StoreItem? layer))
            {
                next.Add(layer);
            }

            if (record.Kind != SnapshotKind.Committed)
            {
                next.AddRange(SnapshotLabels.ManifestsOf(record.Labels).Select(manifest => StoreItem.OfBlob(manifest, BlobRole.Manifest)));
            }

            _edges[_snapshots[record.Id]] = next;
        }
    }

    private static bool IsRoot(SnapshotRecord record, HashSet<string> leaseIds) =>
        record.Owner == StoreOwner.CommandLine
        && (record.Kind == SnapshotKind.Committed
            ? !Digest.TryParse(record.Key, out _)
            : !record.Labels.TryGetValue(SnapshotLabels.WorkLease, out string? lease) || leaseIds.Contains(lease));

    /// <summary>Other owners lead to what is theirs, and to that alone: what a claimed manifest names they claim themselves, if they want it.</summary>
    private void AddOwners(SnapshotRecords records)
    {
        IEnumerable<(string Owner, StoreItem Item)> own =
        [
            .. content.ListClaims().Select(claim => (claim.Owner, StoreItem.OfBlob(claim.Digest))),
            .. _ingests.Select(ingest => (ingest.Owner, ItemOf(ingest))),
            .. records.Snapshots.Select(record => (record.Owner, _snapshots[record.Id])),
        ];
        foreach (IGrouping<string, StoreItem> owner in own.Where(one => one.Owner != StoreOwner.CommandLine).GroupBy(one => one.Owner, one => one.Item).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            AddRoot(new StoreItem(StoreItemKind.Owner, owner.Key), [.. owner]);
        }
    }

    private async Task AddImageAsync(Image image, CancellationToken cancellationToken)
    {
        StoreItem root = new(StoreItemKind.Image, image.Name);
        StoreItem target = BlobReferences.ItemOf(image.Target);
        StoreItem manifest = StoreItem.OfBlob(image.Manifest.Digest, BlobRole.Manifest);
        List<StoreItem> next = [target, manifest];
        IReadOnlyList<Digest>? chain = await _references.ChainAsync(image.Manifest.Digest, cancellationToken).ConfigureAwait(false);
        if (chain is null || await _references.OfAsync(target, cancellationToken).ConfigureAwait(false) is null)
        {
            _damaged.Add(image.Name);
        }

        // Of an image that was pulled without being unpacked, perhaps only the lower part is here.
        if (chain?.Reverse().Select(chainId => _ownSnapshots.GetValueOrDefault(chainId.ToString())).FirstOrDefault(item => item is not null) is { } top)
        {
            next.Add(top);
        }

        AddRoot(root, next);
    }

    private void AddRoot(StoreItem root, IReadOnlyList<StoreItem> next)
    {
        if (_edges.TryGetValue(root, out IReadOnlyList<StoreItem>? known))
        {
            _edges[root] = [.. known.Union(next)];
        }
        else
        {
            _roots.Add(root);
            _edges[root] = next;
        }
    }

    private void AddLease(HeldLease held, SnapshotRecords records)
    {
        StoreItem root = new(StoreItemKind.Lease, held.Lease.Id);
        List<StoreItem> next = [];
        foreach (LeaseResource resource in held.Resources)
        {
            switch (resource.Kind)
            {
                case LeaseResourceKind.Blob when Digest.TryParse(resource.Id, out Digest? digest):
                    next.Add(StoreItem.OfBlob(digest, BlobRole.Any));
                    break;
                case LeaseResourceKind.Layer:
                    next.AddRange(records.Layers.Where(layer => layer.DiffId.ToString() == resource.Id).Select(ItemOf));
                    break;
                case LeaseResourceKind.Snapshot when _ownSnapshots.TryGetValue(resource.Id, out StoreItem? snapshot):
                    next.Add(snapshot);
                    break;
                case LeaseResourceKind.Ingest:
                    next.AddRange(_ingests.Where(ingest => ingest.Owner == StoreOwner.CommandLine && ingest.Reference == resource.Id).Select(ItemOf));
                    break;
            }
        }

        AddRoot(root, next);
    }

    private async Task FollowBlobsAsync(CancellationToken cancellationToken)
    {
        Stack<StoreItem> open = new(_edges.Values.SelectMany(next => next).Where(item => item.Kind == StoreItemKind.Blob));
        while (open.TryPop(out StoreItem? blob))
        {
            if (!BlobReferences.LeadsOn(blob) || _edges.ContainsKey(blob))
            {
                continue;
            }

            IReadOnlyList<StoreItem> next = await _references.OfAsync(blob, cancellationToken).ConfigureAwait(false) ?? [];
            _edges[blob] = next;
            foreach (StoreItem item in next)
            {
                open.Push(item);
            }
        }
    }

    private List<StoredThing> List(SnapshotRecords records)
    {
        List<StoredThing> things = [.. content.ListNames().Select(digest => new StoredThing(StoreItem.OfBlob(digest)))];
        things.AddRange(records.Layers.Select(layer => new StoredThing(ItemOf(layer))
        {
            Paths = [$"t/{layer.Tree}", $"m/{layer.Tree}", $"w/{layer.Tree}"],
            Recorded = layer.Manifest is null ? null : layer.Usage.Bytes,
        }));
        HashSet<long> layerTrees = [.. records.Layers.Select(layer => layer.Tree)];
        HashSet<long> seen = [];
        foreach (SnapshotRecord record in records.Snapshots.OrderBy(record => record.Kind))
        {
            // A view of the native driver has the tree of what it shows; that one is a committed snapshot's, which comes first.
            bool hasTree = !layerTrees.Contains(record.Tree) && seen.Add(record.Tree);
            things.Add(new StoredThing(_snapshots[record.Id])
            {
                Paths = hasTree ? [$"t/{record.Tree}", $"m/{record.Tree}", $"w/{record.Tree}"] : [],
                Recorded = record.TreeBytes,
            });
        }

        _ingests.AddRange(content.ListIdleIngests());
        things.AddRange(_ingests.Select(ingest => new StoredThing(ItemOf(ingest)) { Paths = [$"ingest/{ingest.Directory}"] }));
        things.AddRange(snapshots.Trees.FindOrphans().Select(orphan => Leftover($"{Path.GetFileName(orphan.Directory)}/{orphan.Tree}")));
        things.AddRange(snapshots.Trees.Trash.List().Select(name => Leftover($"trash/{name}")));
        return things;
    }

    private static StoredThing Leftover(string path) => new(new StoreItem(StoreItemKind.Leftover, path)) { Paths = [path] };
}
