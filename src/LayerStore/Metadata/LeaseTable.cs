using LayerStore.Content;
using LayerStore.Leases;

namespace LayerStore.Metadata;

/// <summary>The tables <c>leases</c>, <c>lease_labels</c> and <c>lease_resources</c>.</summary>
internal static class LeaseTable
{
    public static Lease? Find(SqliteSession session, string id) =>
        session.QueryFirst("SELECT id, created, expires FROM leases WHERE id = ?1", Map, id) is { } lease
            ? lease with { Labels = LabelTable.OfLeases.Get(session, id) }
            : null;

    public static List<Lease> All(SqliteSession session)
    {
        Dictionary<string, IReadOnlyDictionary<string, string>> labels = LabelTable.OfLeases.GetAll(session);
        List<Lease> leases = session.Query("SELECT id, created, expires FROM leases ORDER BY id", Map);
        return leases.ConvertAll(lease => lease with { Labels = labels.GetValueOrDefault(lease.Id, Labels.None) });
    }

    public static void Insert(SqliteSession session, Lease lease)
    {
        session.Execute(
            "INSERT INTO leases VALUES (?1, ?2, ?3)",
            lease.Id,
            UnixTime.ToNanoseconds(lease.CreatedAt),
            lease.ExpiresAt is { } time ? UnixTime.ToNanoseconds(time) : null);
        LabelTable.OfLeases.Change(session, lease.Id, lease.Labels!);
    }

    /// <summary>Moves a lease's end; false if there is no such lease.</summary>
    public static bool Extend(SqliteSession session, string id, DateTimeOffset expiresAt) =>
        session.Execute("UPDATE leases SET expires = ?2 WHERE id = ?1", id, UnixTime.ToNanoseconds(expiresAt)) > 0;

    public static bool Delete(SqliteSession session, string id) => session.Execute("DELETE FROM leases WHERE id = ?1", id) > 0;

    public static void Add(SqliteSession session, string id, LeaseResource resource) =>
        session.Execute("INSERT INTO lease_resources VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING", id, Name(resource.Kind), resource.Id);

    public static void Remove(SqliteSession session, string id, LeaseResource resource) =>
        session.Execute("DELETE FROM lease_resources WHERE lease = ?1 AND kind = ?2 AND id = ?3", id, Name(resource.Kind), resource.Id);

    public static List<LeaseResource> Resources(SqliteSession session, string id) =>
        session.Query(
            "SELECT kind, id FROM lease_resources WHERE lease = ?1 ORDER BY kind, id",
            r => new LeaseResource(Kind(r.GetString(0)), r.GetString(1)),
            id);

    private static Lease Map(SqliteRow row) => new(
        row.GetString(0),
        UnixTime.FromNanoseconds(row.GetInt64(1)),
        row.IsNull(2) ? null : UnixTime.FromNanoseconds(row.GetInt64(2)));

    private static string Name(LeaseResourceKind kind) => kind switch
    {
        LeaseResourceKind.Blob => "blob",
        LeaseResourceKind.Ingest => "ingest",
        LeaseResourceKind.Layer => "layer",
        LeaseResourceKind.Snapshot => "snapshot",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    // The column's CHECK allows no others.
    private static LeaseResourceKind Kind(string name) => name switch
    {
        "blob" => LeaseResourceKind.Blob,
        "ingest" => LeaseResourceKind.Ingest,
        "layer" => LeaseResourceKind.Layer,
        _ => LeaseResourceKind.Snapshot,
    };
}
