using LayerStore;
using LayerStore.Content;
using LayerStore.Metadata;
using LayerStore.Oci;
using Snapshotter.Snapshots.Database;
using Snapshotter.Snapshots.Trees;

namespace Snapshotter.Snapshots.Overlay;

/// <summary>The records' half of a publication: durable drafts become layers, and chain IDs snapshots over them, in one transaction.</summary>
internal sealed class OverlayPublisher(SqliteDatabase database, SnapshotTable table)
{
    /// <summary>Refuses a chain that is not one, and finds the draft that is the continued snapshot's upper.</summary>
    public static OverlayLayerDraft? Check(
        IReadOnlyList<LayerLink> chain, IReadOnlyList<OverlayLayerDraft> drafts, TreeStore trees, string? continued)
    {
        if (chain.Count == 0)
        {
            throw Invalid("there are no layers to publish");
        }

        for (int i = 1; i < chain.Count; i++)
        {
            if (ChainId.Append(chain[i - 1].ChainId, chain[i].DiffId) != chain[i].ChainId)
            {
                throw Invalid($"{chain[i].ChainId} is not the chain ID of {chain[i].DiffId} on {chain[i - 1].ChainId}");
            }
        }

        if (drafts.Count != chain.Count(l => l.Draft is not null) || drafts.Any(d => d.IsPublished || !d.BelongsTo(trees)))
        {
            throw Invalid("a draft was published before, or came from another snapshotter");
        }

        OverlayLayerDraft[] frozen = [.. drafts.Where(d => d.IsFrozen)];
        return frozen.Length == (continued is null ? 0 : 1)
            ? frozen.FirstOrDefault()
            : throw Invalid("the upper of a snapshot is published only with the snapshot that continues, and one at a time");
    }

    /// <summary>The name of the committed snapshot that a chain's first link stands on; null for a base layer.</summary>
    /// <remarks>A chain ID does not tell its parent, so candidates are tried: the parent of the continued snapshot, then all.</remarks>
    public string? FindParent(LayerLink first, string? continued)
    {
        if (first.ChainId == first.DiffId)
        {
            return null;
        }

        return database.Read(s =>
        {
            IEnumerable<string?> candidates = continued is null ? [] : [table.Find(s, continued)?.ParentKey];
            string? found = candidates.FirstOrDefault(IsParent) ?? table.CommittedNames(s).Find(IsParent);
            return found ?? throw new LayerStoreException(
                ErrorKind.NotFound,
                $"no committed snapshot is the parent of {first.ChainId}, whose topmost layer is {first.DiffId}",
                "It may have been removed meanwhile: try again.");
        });

        bool IsParent(string? name) => Digest.TryParse(name, out Digest? parent) && ChainId.Append(parent, first.DiffId) == first.ChainId;
    }

    /// <summary>Makes the change. The drafts' bytes are on the disk.</summary>
    /// <returns>The trees that no record names any more.</returns>
    public List<long> Publish(IReadOnlyList<LayerLink> chain, string? parent, OverlayContinuation continuation, DateTimeOffset now)
    {
        List<OverlayLayerDraft> published = [];
        List<long> garbage = database.Write(s =>
        {
            long? top = parent is null ? null : (table.Find(s, parent) ?? throw SnapshotErrors.NoParent(parent)).Id;
            SnapshotRow? active = continuation.Frozen is { } upper ? RequireUnchanged(s, continuation.Key!, upper) : null;
            foreach (LayerLink link in chain)
            {
                top = PublishLink(s, link, top, published, now);
            }

            if (active is null)
            {
                return [];
            }

            TreeTable.SetDurable(s, continuation.NewUpper!.Value);
            SnapshotTable.Continue(s, active.Id, top!.Value, continuation.NewUpper.Value);
            if (continuation.Labels is { } labels)
            {
                SnapshotTable.ChangeLabels(s, active.Id, labels, now);
            }

            return TreeTable.RemoveIfUnused(s, active.Tree) ? [active.Tree] : new List<long>();
        });
        published.ForEach(draft => draft.IsPublished = true);

        // A frozen upper has gone its way in any case: into the layer, or to the garbage.
        if (continuation.Frozen is { } frozen)
        {
            frozen.IsPublished = true;
        }

        return garbage;
    }

    private long PublishLink(SqliteSession session, LayerLink link, long? parent, List<OverlayLayerDraft> published, DateTimeOffset now)
    {
        string name = link.ChainId.ToString();
        if (table.Find(session, name) is { } existing)
        {
            return existing.Kind == SnapshotKind.Committed ? existing.Id : throw SnapshotErrors.Taken(name);
        }

        long tree = LayerTable.Find(session, link.DiffId, link.ChainId)?.Tree ?? PublishDraft(session, link, published);
        long id = table.Add(session, name, SnapshotKind.Committed, parent, tree, now);
        SnapshotTable.ReplaceLabels(session, id, link.Labels ?? Labels.None);
        return id;
    }

    private static long PublishDraft(SqliteSession session, LayerLink link, List<OverlayLayerDraft> published)
    {
        if (link.Draft is not OverlayLayerDraft draft)
        {
            throw new LayerStoreException(
                ErrorKind.Aborted, $"the layer {link.DiffId} was removed meanwhile", "Try again: it will be unpacked anew.");
        }

        TreeTable.MakeLayer(session, draft.Tree, draft);
        LayerTable.Add(session, draft.Tree, link.DiffId, draft.IsChainBound ? link.ChainId : null);
        published.Add(draft);
        return draft.Tree;
    }

    private SnapshotRow RequireUnchanged(SqliteSession session, string key, OverlayLayerDraft frozen)
    {
        SnapshotRow row = table.Find(session, key) ?? throw SnapshotErrors.NotFound(key);
        return row.Kind == SnapshotKind.Active && row.Tree == frozen.Tree ? row : throw SnapshotErrors.Changed(key);
    }

    private static LayerStoreException Invalid(string what) => new(ErrorKind.InvalidArgument, what);
}
