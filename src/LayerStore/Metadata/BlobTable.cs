using LayerStore.Content;

namespace LayerStore.Metadata;

/// <summary>The tables <c>blobs</c> and <c>blob_labels</c>.</summary>
internal static class BlobTable
{
    private const string Columns = "size, modified, created, updated";

    public static BlobRow? Find(SqliteSession session, Digest digest) =>
        session.QueryFirst($"SELECT {Columns} FROM blobs WHERE digest = ?1", r => Map(r, Labels.None), digest.ToString()) is { } row
            ? row with { Labels = LabelTable.OfBlobs.Get(session, digest.ToString()) }
            : null;

    /// <summary>All rows, by the digest's text.</summary>
    public static Dictionary<string, BlobRow> All(SqliteSession session)
    {
        Dictionary<string, IReadOnlyDictionary<string, string>> labels = LabelTable.OfBlobs.GetAll(session);
        return session
            .Query($"SELECT {Columns}, digest FROM blobs", r => (Digest: r.GetString(4), Row: Map(r, labels.GetValueOrDefault(r.GetString(4), Labels.None))))
            .ToDictionary(r => r.Digest, r => r.Row, StringComparer.Ordinal);
    }

    /// <summary>The digests of all rows.</summary>
    public static List<Digest> Digests(SqliteSession session) => session.Query("SELECT digest FROM blobs", r => Digest.Parse(r.GetString(0)));

    /// <summary>Records that a file holds the blob: a new row, or the new state of the file in the old one.</summary>
    public static void Put(SqliteSession session, Digest digest, long size, DateTimeOffset? verifiedAt, DateTimeOffset now) =>
        session.Execute(
            "INSERT INTO blobs VALUES (?1, ?2, ?3, ?4, ?4) ON CONFLICT (digest) DO UPDATE SET size = ?2, modified = ?3",
            digest.ToString(),
            size,
            verifiedAt is { } time ? UnixTime.ToNanoseconds(time) : null,
            UnixTime.ToNanoseconds(now));

    public static void ChangeLabels(SqliteSession session, Digest digest, IEnumerable<KeyValuePair<string, string?>> changes, DateTimeOffset now)
    {
        session.Execute("UPDATE blobs SET updated = ?2 WHERE digest = ?1", digest.ToString(), UnixTime.ToNanoseconds(now));
        LabelTable.OfBlobs.Change(session, digest.ToString(), changes);
    }

    /// <summary>Forgets a blob, and what it named if it was a document.</summary>
    public static void Delete(SqliteSession session, Digest digest)
    {
        session.Execute("DELETE FROM blobs WHERE digest = ?1", digest.ToString());
        DocumentTable.Delete(session, digest);
    }

    private static BlobRow Map(SqliteRow row, IReadOnlyDictionary<string, string> labels) => new(
        row.GetInt64(0),
        row.IsNull(1) ? null : UnixTime.FromNanoseconds(row.GetInt64(1)),
        UnixTime.FromNanoseconds(row.GetInt64(2)),
        UnixTime.FromNanoseconds(row.GetInt64(3)),
        labels);
}
