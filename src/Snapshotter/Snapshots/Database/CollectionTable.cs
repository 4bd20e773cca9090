using LayerStore.Metadata;

namespace Snapshotter.Snapshots.Database;

/// <summary>What collecting reads and removes, over all tables.</summary>
internal static class CollectionTable
{
    private static readonly IReadOnlyDictionary<string, string> s_noLabels = new Dictionary<string, string>();

    /// <summary>All snapshots and layers.</summary>
    public static SnapshotRecords Read(SqliteSession session)
    {
        Dictionary<long, Dictionary<string, string>> labels = [];
        foreach ((long snapshot, string key, string value) in session.Query(
            "SELECT snapshot, key, value FROM labels", r => (r.GetInt64(0), r.GetString(1), r.GetString(2))))
        {
            if (!labels.TryGetValue(snapshot, out Dictionary<string, string>? own))
            {
                labels.Add(snapshot, own = new Dictionary<string, string>(StringComparer.Ordinal));
            }

            own.Add(key, value);
        }

        List<SnapshotRecord> snapshots = session.Query(
            """
            SELECT s.id, s.owner, s.key, s.kind, s.parent, s.tree, iif(ifnull(t.manifest, t.image) IS NULL, NULL, t.bytes)
            FROM snapshots AS s JOIN trees AS t ON t.id = s.tree ORDER BY s.id
            """,
            r => new SnapshotRecord(
                r.GetInt64(0),
                r.GetString(1),
                r.GetString(2),
                SnapshotTable.KindOf(r.GetString(3)),
                r.IsNull(4) ? null : r.GetInt64(4),
                r.GetInt64(5),
                r.IsNull(6) ? null : r.GetInt64(6),
                labels.GetValueOrDefault(r.GetInt64(0)) ?? s_noLabels));
        return new SnapshotRecords(snapshots, LayerTable.All(session));
    }

    /// <summary>Removes snapshots that nothing stands on, and layers that no snapshot is left to use.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="snapshots">The snapshots, in any order; those that something else stands on by now stay.</param>
    /// <param name="layers">The trees of the layers; those that a snapshot uses by now stay.</param>
    /// <returns>The trees that no record names any more.</returns>
    public static List<long> Remove(SqliteSession session, IEnumerable<long> snapshots, IEnumerable<long> layers)
    {
        HashSet<long> trees = [];
        List<long> left = [.. snapshots.OrderDescending()];
        for (int before = int.MaxValue; left.Count < before;)
        {
            before = left.Count;
            left.RemoveAll(id => TryRemove(session, id, trees));
        }

        foreach (long layer in layers)
        {
            trees.Add(layer);
            session.Execute("DELETE FROM layers WHERE tree = ?1 AND NOT EXISTS (SELECT 1 FROM snapshots WHERE tree = ?1)", layer);
        }

        return [.. trees.Where(tree => TreeTable.RemoveIfUnused(session, tree))];
    }

    private static bool TryRemove(SqliteSession session, long id, HashSet<long> trees)
    {
        trees.UnionWith(session.Query("SELECT tree FROM snapshots WHERE id = ?1", r => r.GetInt64(0), id));
        return session.Execute("DELETE FROM snapshots WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM snapshots WHERE parent = ?1)", id) == 1;
    }
}
