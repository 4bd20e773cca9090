using LayerStore.Metadata;
using Snapshotter.Linux;

namespace Snapshotter.Snapshots.Database;

/// <summary>The tables <c>snapshots</c> and <c>labels</c>, as one owner sees them.</summary>
internal sealed class SnapshotTable(string owner)
{
    private const string Select =
        "SELECT s.id, s.key, s.kind, s.parent, p.key, s.tree, s.created, s.updated, s.id_map FROM snapshots AS s LEFT JOIN snapshots AS p ON p.id = s.parent ";

    public SnapshotRow? Find(SqliteSession session, string key) =>
        session.QueryFirst(Select + "WHERE s.owner = ?1 AND s.key = ?2", Map, owner, key);

    /// <summary>A snapshot of any owner.</summary>
    public static SnapshotRow? FindById(SqliteSession session, long id) => session.QueryFirst(Select + "WHERE s.id = ?1", Map, id);

    /// <summary>Some snapshots in the order of their keys, from the first after <paramref name="after"/> on.</summary>
    public List<SnapshotInfo> List(SqliteSession session, string after, int limit)
    {
        List<SnapshotRow> rows = session.Query(Select + "WHERE s.owner = ?1 AND s.key > ?2 ORDER BY s.key LIMIT ?3", Map, owner, after, limit);
        if (rows.Count == 0)
        {
            return [];
        }

        // One query for the labels of all of them, in the same order: many clients list thousands.
        List<LabelRow> labels = session.Query(
            """
            SELECT l.snapshot, l.key, l.value FROM snapshots AS s JOIN labels AS l ON l.snapshot = s.id
            WHERE s.owner = ?1 AND s.key > ?2 AND s.key <= ?3 ORDER BY s.key, l.key
            """,
            r => new LabelRow(r.GetInt64(0), r.GetString(1), r.GetString(2)),
            owner,
            after,
            rows[^1].Key);
        int next = 0;
        return rows.ConvertAll(row =>
        {
            Dictionary<string, string> own = new(StringComparer.Ordinal);
            for (; next < labels.Count && labels[next].Snapshot == row.Id; next++)
            {
                own.Add(labels[next].Key, labels[next].Value);
            }

            return ToInfo(row, own);
        });
    }

    /// <summary>The names of the committed snapshots.</summary>
    public List<string> CommittedNames(SqliteSession session) =>
        session.Query("SELECT key FROM snapshots WHERE owner = ?1 AND kind = 'committed' ORDER BY id DESC", r => r.GetString(0), owner);

    /// <summary>The name of a committed snapshot with this tree, parent and label; null if there is none.</summary>
    public string? FindShared(SqliteSession session, long tree, long? parent, string label, string value) =>
        session.QueryFirst(
            """
            SELECT s.key FROM snapshots AS s JOIN labels AS l ON l.snapshot = s.id
            WHERE s.tree = ?2 AND s.owner = ?1 AND s.kind = 'committed' AND s.parent IS ?3 AND l.key = ?4 AND l.value = ?5
            """,
            r => r.GetString(0),
            owner,
            tree,
            parent,
            label,
            value);

    public long Add(SqliteSession session, string key, SnapshotKind kind, long? parent, long tree, DateTimeOffset now, IdMapping? mapping = null)
    {
        session.Execute(
            "INSERT INTO snapshots (owner, key, kind, parent, tree, created, updated, id_map) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7)",
            owner,
            key,
            Text(kind),
            parent,
            tree,
            UnixTime.ToNanoseconds(now),
            mapping is null ? null : $"{mapping.UserText} {mapping.GroupText}");
        return session.Scalar("SELECT last_insert_rowid()");
    }

    /// <summary>Turns an active snapshot into a committed one.</summary>
    public static void Commit(SqliteSession session, long id, string name, long? parent, DateTimeOffset now) =>
        session.Execute(
            "UPDATE snapshots SET key = ?2, kind = 'committed', parent = ?3, id_map = NULL, created = ?4, updated = ?4 WHERE id = ?1",
            id,
            name,
            parent,
            UnixTime.ToNanoseconds(now));

    /// <summary>Puts an active snapshot onto another parent, with another upper.</summary>
    public static void Continue(SqliteSession session, long id, long parent, long tree) =>
        session.Execute("UPDATE snapshots SET parent = ?2, tree = ?3 WHERE id = ?1", id, parent, tree);

    public static void Remove(SqliteSession session, long id) => session.Execute("DELETE FROM snapshots WHERE id = ?1", id);

    public static bool HasChildren(SqliteSession session, long id) =>
        session.Scalar("SELECT EXISTS (SELECT 1 FROM snapshots WHERE parent = ?1)", id) == 1;

    /// <summary>The trees of a snapshot and of its ancestors, its own first. With no snapshot, none.</summary>
    public static List<TreeRow> Chain(SqliteSession session, long? id) =>
        session.Query(
            """
            WITH RECURSIVE chain (id, parent, tree, depth) AS (
                SELECT id, parent, tree, 0 FROM snapshots WHERE id = ?1
                UNION ALL
                SELECT s.id, s.parent, s.tree, depth + 1 FROM chain JOIN snapshots AS s ON s.id = chain.parent)
            SELECT t.id, t.has_root_entry, t.opaque_root, t.image IS NOT NULL FROM chain JOIN trees AS t ON t.id = chain.tree ORDER BY depth
            """,
            r => new TreeRow(r.GetInt64(0), r.GetBoolean(1), r.GetBoolean(2), r.GetBoolean(3)),
            id);

    public static SnapshotInfo ToInfo(SqliteSession session, SnapshotRow row) => ToInfo(row, GetLabels(session, row.Id));

    /// <summary>Sets labels, removes those whose value is null or empty, and leaves the others alone.</summary>
    public static void ChangeLabels(SqliteSession session, long id, IEnumerable<KeyValuePair<string, string?>> changes, DateTimeOffset now)
    {
        foreach ((string key, string? value) in changes)
        {
            if (string.IsNullOrEmpty(value))
            {
                session.Execute("DELETE FROM labels WHERE snapshot = ?1 AND key = ?2", id, key);
            }
            else
            {
                session.Execute("INSERT INTO labels VALUES (?1, ?2, ?3) ON CONFLICT (snapshot, key) DO UPDATE SET value = ?3", id, key, value);
            }
        }

        session.Execute("UPDATE snapshots SET updated = ?2 WHERE id = ?1", id, UnixTime.ToNanoseconds(now));
    }

    /// <summary>Sets these labels and no others; those without a value are left out.</summary>
    public static void ReplaceLabels(SqliteSession session, long id, IEnumerable<KeyValuePair<string, string>> labels)
    {
        RemoveLabels(session, id);
        foreach ((string key, string value) in labels)
        {
            if (!string.IsNullOrEmpty(value))
            {
                session.Execute("INSERT INTO labels VALUES (?1, ?2, ?3)", id, key, value);
            }
        }
    }

    public static void RemoveLabels(SqliteSession session, long id) => session.Execute("DELETE FROM labels WHERE snapshot = ?1", id);

    /// <summary>One label; null if it is not set.</summary>
    public static string? GetLabel(SqliteSession session, long id, string key) =>
        session.QueryFirst("SELECT value FROM labels WHERE snapshot = ?1 AND key = ?2", r => r.GetString(0), id, key);

    private static Dictionary<string, string> GetLabels(SqliteSession session, long id) =>
        new(
            session.Query(
                "SELECT key, value FROM labels WHERE snapshot = ?1 ORDER BY key", r => KeyValuePair.Create(r.GetString(0), r.GetString(1)), id),
            StringComparer.Ordinal);

    private static SnapshotInfo ToInfo(SnapshotRow row, IReadOnlyDictionary<string, string> labels) =>
        new(row.Key, row.Kind, row.ParentKey, row.CreatedAt, row.UpdatedAt, labels);

    private static SnapshotRow Map(SqliteRow row) => new(
        row.GetInt64(0),
        row.GetString(1),
        KindOf(row.GetString(2)),
        row.IsNull(3) ? null : row.GetInt64(3),
        row.IsNull(4) ? null : row.GetString(4),
        row.GetInt64(5),
        UnixTime.FromNanoseconds(row.GetInt64(6)),
        UnixTime.FromNanoseconds(row.GetInt64(7)))
    {
        Mapping = row.IsNull(8) ? null : ReadMapping(row.GetString(8)),
    };

    private static IdMapping ReadMapping(string text)
    {
        string[] parts = text.Split(' ');
        return IdMapping.Parse(parts[0], parts[1]);
    }

    /// <summary>The kind that a column says.</summary>
    public static SnapshotKind KindOf(string text) => text switch
    {
        "committed" => SnapshotKind.Committed,
        "active" => SnapshotKind.Active,
        _ => SnapshotKind.View,
    };

    private static string Text(SnapshotKind kind) => kind switch
    {
        SnapshotKind.Committed => "committed",
        SnapshotKind.Active => "active",
        SnapshotKind.View => "view",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
