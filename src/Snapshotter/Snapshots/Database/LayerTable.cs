using LayerStore;
using LayerStore.Metadata;

namespace Snapshotter.Snapshots.Database;

/// <summary>The table <c>layers</c>.</summary>
internal static class LayerTable
{
    private const string Select =
        "SELECT l.tree, l.diff_id, l.chain_id, t.manifest, t.image, t.bytes, t.inodes FROM layers AS l JOIN trees AS t ON t.id = l.tree ";

    /// <summary>The shared layer of this diffID; else the one completed for this chain; else null.</summary>
    public static LayerRow? Find(SqliteSession session, Digest diffId, Digest chainId) =>
        session.QueryFirst(
            Select + "WHERE l.diff_id = ?1 AND (l.chain_id IS NULL OR l.chain_id = ?2) ORDER BY l.chain_id IS NOT NULL",
            Map,
            diffId.ToString(),
            chainId.ToString());

    public static void Add(SqliteSession session, long tree, Digest diffId, Digest? chainId) =>
        session.Execute("INSERT INTO layers (tree, diff_id, chain_id) VALUES (?1, ?2, ?3)", tree, diffId.ToString(), chainId?.ToString());

    public static List<LayerRow> All(SqliteSession session) => session.Query(Select + "ORDER BY l.tree", Map);

    /// <summary>The diffIDs of all layers.</summary>
    public static List<Digest> DiffIds(SqliteSession session) =>
        session.Query("SELECT DISTINCT diff_id FROM layers", r => Digest.Parse(r.GetString(0)));

    /// <summary>Whether a layer is in use, and nobody who uses it unpacked it without something.</summary>
    public static bool IsWhole(SqliteSession session, long tree) => session.Scalar(
        """
        SELECT count(*) > 0 AND count(l.key) = 0
        FROM snapshots AS s LEFT JOIN labels AS l ON l.snapshot = s.id AND l.key = ?2 WHERE s.tree = ?1
        """,
        tree,
        WellKnownLabels.LeftOut) == 1;

    /// <summary>Removes the layers that no snapshot of any owner uses, with their trees' rows.</summary>
    public static List<LayerRow> RemoveUnused(SqliteSession session)
    {
        List<LayerRow> unused = session.Query(Select + "WHERE NOT EXISTS (SELECT 1 FROM snapshots AS s WHERE s.tree = l.tree) ORDER BY l.tree", Map);
        foreach (LayerRow layer in unused)
        {
            session.Execute("DELETE FROM layers WHERE tree = ?1", layer.Tree);
            session.Execute("DELETE FROM trees WHERE id = ?1", layer.Tree);
        }

        return unused;
    }

    private static LayerRow Map(SqliteRow row) => new(
        row.GetInt64(0),
        Digest.Parse(row.GetString(1)),
        row.IsNull(2) ? null : Digest.Parse(row.GetString(2)),
        row.IsNull(3) ? null : Digest.Parse(row.GetString(3)),
        row.IsNull(4) ? null : Digest.Parse(row.GetString(4)),
        new SnapshotUsage(row.GetInt64(5), row.GetInt64(6)));
}
