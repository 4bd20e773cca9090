using LayerStore;
using LayerStore.Metadata;

namespace Snapshotter.Snapshots.Database;

/// <summary>The table <c>trees</c>.</summary>
internal static class TreeTable
{
    private const string Unused = "NOT EXISTS (SELECT 1 FROM snapshots WHERE tree = trees.id)";

    /// <summary>Adds drafts and returns their numbers.</summary>
    public static List<long> AddDrafts(SqliteSession session, string writer, int count)
    {
        List<long> added = [];
        while (added.Count < count)
        {
            session.Execute("INSERT INTO trees (writer, has_root_entry, opaque_root, bytes, inodes) VALUES (?1, 1, 0, 0, 0)", writer);
            added.Add(session.Scalar("SELECT last_insert_rowid()"));
        }

        return added;
    }

    /// <summary>Says that a tree's directories are on the disk.</summary>
    public static void SetDurable(SqliteSession session, long tree) => session.Execute("UPDATE trees SET writer = NULL WHERE id = ?1", tree);

    /// <summary>Makes a tree, draft or live, what a published layer says it is.</summary>
    public static void MakeLayer(SqliteSession session, long tree, LayerDraft draft) =>
        session.Execute(
            "UPDATE trees SET writer = NULL, has_root_entry = ?2, opaque_root = ?3, bytes = ?4, inodes = ?5, manifest = ?6, image = ?7 WHERE id = ?1",
            tree,
            draft.HasRootEntry,
            draft.HasOpaqueRoot,
            draft.Usage!.Value.Bytes,
            draft.Usage.Value.Inodes,
            draft.ManifestDigest?.ToString(),
            draft.ImageDigest?.ToString());

    /// <summary>Whether a tree is not known to be on the disk.</summary>
    public static bool IsUnsynced(SqliteSession session, long tree) =>
        session.Scalar("SELECT writer IS NOT NULL FROM trees WHERE id = ?1", tree) == 1;

    public static void SetUsage(SqliteSession session, long tree, SnapshotUsage usage) =>
        session.Execute("UPDATE trees SET bytes = ?2, inodes = ?3 WHERE id = ?1", tree, usage.Bytes, usage.Inodes);

    /// <summary>Says that a tree's root directory has no metadata of its own.</summary>
    public static void RemoveRootEntry(SqliteSession session, long tree) =>
        session.Execute("UPDATE trees SET has_root_entry = 0 WHERE id = ?1", tree);

    public static void SetManifest(SqliteSession session, long tree, Digest manifest) =>
        session.Execute("UPDATE trees SET manifest = ?2 WHERE id = ?1", tree, manifest.ToString());

    public static void SetImage(SqliteSession session, long tree, Digest image) =>
        session.Execute("UPDATE trees SET image = ?2 WHERE id = ?1", tree, image.ToString());

    /// <summary>The digest of a tree's manifest; null if it has none.</summary>
    public static Digest? GetManifest(SqliteSession session, long tree) =>
        session.QueryFirst("SELECT manifest FROM trees WHERE id = ?1 AND manifest IS NOT NULL", r => Digest.Parse(r.GetString(0)), tree);

    public static SnapshotUsage GetUsage(SqliteSession session, long tree)
    {
        (long bytes, long inodes) = session.Query("SELECT bytes, inodes FROM trees WHERE id = ?1", r => (r.GetInt64(0), r.GetInt64(1)), tree).Single();
        return new SnapshotUsage(bytes, inodes);
    }

    /// <summary>The numbers of the trees that are images.</summary>
    public static List<long> Images(SqliteSession session) => session.Query("SELECT id FROM trees WHERE image IS NOT NULL ORDER BY id", r => r.GetInt64(0));

    /// <summary>The numbers of all trees, drafts included.</summary>
    public static HashSet<long> All(SqliteSession session) => [.. session.Query("SELECT id FROM trees", r => r.GetInt64(0))];

    /// <summary>The trees that snapshots use and no layer is, each with the first snapshot that was made of it.</summary>
    public static List<TreeUser> Users(SqliteSession session) => session.Query(
        """
        SELECT t.id, s.key, s.kind, t.manifest, t.bytes, min(s.id)
        FROM trees AS t JOIN snapshots AS s ON s.tree = t.id
        WHERE t.id NOT IN (SELECT tree FROM layers) GROUP BY t.id ORDER BY t.id
        """,
        r => new TreeUser(
            r.GetInt64(0),
            r.GetString(1),
            SnapshotTable.KindOf(r.GetString(2)),
            r.IsNull(3) ? null : Digest.Parse(r.GetString(3)),
            r.GetInt64(4)));

    /// <summary>The numbers of the trees that are or may become the upper of an overlay.</summary>
    public static HashSet<long> Writable(SqliteSession session) =>
        [.. session.Query("SELECT id FROM trees WHERE writer IS NOT NULL UNION SELECT tree FROM snapshots WHERE kind = 'active'", r => r.GetInt64(0))];

    /// <summary>The locks that some tree names.</summary>
    public static List<string> Writers(SqliteSession session) =>
        session.Query("SELECT DISTINCT writer FROM trees WHERE writer IS NOT NULL ORDER BY writer", r => r.GetString(0));

    /// <summary>The numbers of the drafts of a process.</summary>
    public static List<long> Drafts(SqliteSession session, string writer) =>
        session.Query($"SELECT id FROM trees WHERE writer = ?1 AND {Unused} ORDER BY id", r => r.GetInt64(0), writer);

    /// <summary>The snapshots whose directories a process made, and did not wait for the disk.</summary>
    public static List<long> Unsynced(SqliteSession session, string writer) => session.Query(
        "SELECT s.id FROM trees AS t JOIN snapshots AS s ON s.tree = t.id WHERE t.writer = ?1 ORDER BY s.id", r => r.GetInt64(0), writer);

    /// <summary>Removes the drafts of a process.</summary>
    public static void RemoveDrafts(SqliteSession session, string writer) =>
        session.Execute($"DELETE FROM trees WHERE writer = ?1 AND {Unused}", writer);

    /// <summary>Removes a draft's row.</summary>
    public static int RemoveDraft(SqliteSession session, long tree) =>
        session.Execute($"DELETE FROM trees WHERE id = ?1 AND writer IS NOT NULL AND {Unused}", tree);

    /// <summary>Says that the directories of a process's snapshots are on the disk.</summary>
    public static void SetDurable(SqliteSession session, string writer) =>
        session.Execute($"UPDATE trees SET writer = NULL WHERE writer = ?1 AND NOT {Unused}", writer);

    /// <summary>Whether somebody may mount a snapshot with this tree in its stack, or has: an active snapshot or view of any owner stands on it. One that "mount"
    /// made counts only while it is mounted.</summary>
    public static bool IsNeeded(SqliteSession session, long tree) => session.Scalar(
        """
        WITH RECURSIVE above (id, kind) AS (
            SELECT id, kind FROM snapshots WHERE tree = ?1
            UNION ALL
            SELECT s.id, s.kind FROM above JOIN snapshots AS s ON s.parent = above.id)
        SELECT EXISTS (
            SELECT 1 FROM above WHERE kind <> 'committed'
            AND (EXISTS (SELECT 1 FROM mounts WHERE snapshot = above.id) OR NOT EXISTS (SELECT 1 FROM labels WHERE snapshot = above.id AND key = ?2)))
        """,
        tree,
        WellKnownLabels.MountedImage) == 1;

    /// <summary>Removes a tree's row if no layer and no snapshot uses it.</summary>
    /// <returns>Whether it did: then its directory is to be deleted, after the transaction.</returns>
    public static bool RemoveIfUnused(SqliteSession session, long tree) =>
        session.Execute(
            """
            DELETE FROM trees WHERE id = ?1
            AND NOT EXISTS (SELECT 1 FROM layers WHERE tree = ?1)
            AND NOT EXISTS (SELECT 1 FROM snapshots WHERE tree = ?1)
            """,
            tree) == 1;
}
