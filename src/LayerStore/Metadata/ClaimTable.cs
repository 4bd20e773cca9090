using LayerStore.Content;

namespace LayerStore.Metadata;

/// <summary>The tables <c>claims</c>, <c>claim_labels</c> and <c>dropped</c>.</summary>
internal static class ClaimTable
{
    public static ClaimRow? Find(SqliteSession session, string owner, Digest digest) =>
        session.QueryFirst(
            "SELECT id, created, updated FROM claims WHERE owner = ?1 AND digest = ?2",
            r => new ClaimRow(r.GetInt64(0), UnixTime.FromNanoseconds(r.GetInt64(1)), UnixTime.FromNanoseconds(r.GetInt64(2)), Labels.None),
            owner,
            digest.ToString()) is { } row
            ? row with { Labels = LabelTable.OfClaims.Get(session, Key(row.Id)) }
            : null;

    /// <summary>The claims of an owner, by the digest's text.</summary>
    public static Dictionary<string, ClaimRow> Of(SqliteSession session, string owner)
    {
        Dictionary<string, IReadOnlyDictionary<string, string>> labels = LabelTable.OfClaims.GetAll(session);
        return session
            .Query(
                "SELECT id, created, updated, digest FROM claims WHERE owner = ?1",
                r => (Digest: r.GetString(3), Row: new ClaimRow(
                    r.GetInt64(0),
                    UnixTime.FromNanoseconds(r.GetInt64(1)),
                    UnixTime.FromNanoseconds(r.GetInt64(2)),
                    labels.GetValueOrDefault(Key(r.GetInt64(0)), Labels.None))),
                owner)
            .ToDictionary(r => r.Digest, r => r.Row, StringComparer.Ordinal);
    }

    /// <summary>All claims, by owner and digest.</summary>
    public static List<BlobClaim> All(SqliteSession session) =>
        session.Query("SELECT owner, digest FROM claims ORDER BY owner, digest", r => new BlobClaim(r.GetString(0), Digest.Parse(r.GetString(1))));

    /// <summary>Who claims a blob, in the order of their names.</summary>
    public static List<string> OwnersOf(SqliteSession session, Digest digest) =>
        session.Query("SELECT owner FROM claims WHERE digest = ?1 ORDER BY owner", r => r.GetString(0), digest.ToString());

    /// <summary>Claims a blob; a claim that is there stays as it is.</summary>
    /// <returns>Whether it is new.</returns>
    public static bool Add(SqliteSession session, string owner, Digest digest, DateTimeOffset now) =>
        session.Execute(
            "INSERT INTO claims (owner, digest, created, updated) VALUES (?1, ?2, ?3, ?3) ON CONFLICT (owner, digest) DO NOTHING",
            owner,
            digest.ToString(),
            UnixTime.ToNanoseconds(now)) > 0;

    public static void ChangeLabels(SqliteSession session, ClaimRow claim, IEnumerable<KeyValuePair<string, string?>> changes, DateTimeOffset now)
    {
        session.Execute("UPDATE claims SET updated = ?2 WHERE id = ?1", claim.Id, UnixTime.ToNanoseconds(now));
        LabelTable.OfClaims.Change(session, Key(claim.Id), changes);
    }

    /// <summary>Ends a claim, and remembers the blob for whoever frees what nobody holds.</summary>
    /// <returns>Whether there was one.</returns>
    public static bool Drop(SqliteSession session, string owner, Digest digest)
    {
        if (session.Execute("DELETE FROM claims WHERE owner = ?1 AND digest = ?2", owner, digest.ToString()) == 0)
        {
            return false;
        }

        session.Execute("INSERT INTO dropped (digest) VALUES (?1)", digest.ToString());
        return true;
    }

    public static DroppedBlobs Dropped(SqliteSession session)
    {
        List<(string Digest, long Last)> rows = session.Query("SELECT digest, max(id) FROM dropped GROUP BY digest", r => (r.GetString(0), r.GetInt64(1)));
        return new DroppedBlobs(rows.ConvertAll(row => Digest.Parse(row.Digest)), rows.Count == 0 ? 0 : rows.Max(row => row.Last));
    }

    public static void ForgetDropped(SqliteSession session, long last) => session.Execute("DELETE FROM dropped WHERE id <= ?1", last);

    // The columns of the tables of labels have no types of their own.
    private static string Key(long id) => id.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
