using LayerStore;
using LayerStore.Metadata;
using LayerStore.Oci;
using Snapshotter.Snapshots.Database;

namespace Snapshotter.Snapshots.Overlay;

/// <summary>Gives an owner a committed snapshot of its own over a layer that was unpacked for anybody.</summary>
/// <remarks>
/// A chain ID does not tell which layer is its last one. So the chain below is asked for its own chain ID, and the layers for the one that leads from
/// there to the wanted chain: whoever unpacked it, and for whatever image. Only layers that this store unpacked and verified count, not what a
/// client wrote into a snapshot and called by a chain ID.
/// </remarks>
internal sealed class LayerSharing(SqliteDatabase database, SnapshotTable table)
{
    /// <summary>Makes the snapshot, in one transaction: a layer that it found is in use from then on.</summary>
    /// <returns>Its name, or that of an equal one of this owner that was there; null if the layer is not here.</returns>
    public string? Share(Digest chainId, string? parent, IReadOnlyDictionary<string, string> labels, DateTimeOffset now)
    {
        // Most are not here, and those who ask for them do not wait for each other.
        if (database.Read(s => Find(s, chainId, parent)) is null)
        {
            return null;
        }

        return database.Write(s =>
        {
            if (Find(s, chainId, parent) is not { } found)
            {
                return null;
            }

            string reference = chainId.ToString();
            if (table.FindShared(s, found.Tree, found.Parent, WellKnownLabels.SnapshotReference, reference) is { } existing)
            {
                return existing;
            }

            string name = $"shared/{Guid.NewGuid():n}/{reference}";
            long id = table.Add(s, name, SnapshotKind.Committed, found.Parent, found.Tree, now);
            SnapshotTable.ReplaceLabels(s, id, labels.Prepend(new(WellKnownLabels.SnapshotReference, reference)).DistinctBy(l => l.Key));
            return name;
        });
    }

    private Place? Find(SqliteSession session, Digest chainId, string? parent)
    {
        SnapshotRow? below = parent is null ? null : table.Find(session, parent);
        if (parent is not null && below is not { Kind: SnapshotKind.Committed })
        {
            return null; // Prepare says what is wrong with it.
        }

        Digest? chainBelow = below is null ? null : ChainOf(session, below);
        if (below is not null && chainBelow is null)
        {
            return null;
        }

        Digest? diffId = chainBelow is null ? chainId : LayerTable.DiffIds(session).Find(d => ChainId.Append(chainBelow, d) == chainId);
        return diffId is not null && LayerTable.Find(session, diffId, chainId) is { } layer && LayerTable.IsWhole(session, layer.Tree)
            ? new Place(layer.Tree, below?.Id)
            : null;
    }

    // Clients have their own names for snapshots, and say which chain they stand for; the command line names them by their chain IDs.
    private static Digest? ChainOf(SqliteSession session, SnapshotRow snapshot)
    {
        string text = SnapshotTable.GetLabel(session, snapshot.Id, WellKnownLabels.SnapshotReference) ?? snapshot.Key;
        return Digest.TryParse(text, out Digest? chain) ? chain : null;
    }

    private sealed record Place(long Tree, long? Parent);
}
