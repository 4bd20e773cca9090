using LayerStore;
using LayerStore.Metadata;

namespace Snapshotter.Snapshots.Database;

/// <summary>The table <c>mounts</c>: where the commands of this store mounted one owner's snapshots. A record goes with its snapshot.</summary>
public sealed class MountRecords
{
    private const string Select =
        "SELECT m.target, s.key, m.read_only, m.remove_at_unmount, m.options FROM mounts AS m JOIN snapshots AS s ON s.id = m.snapshot WHERE s.owner = ?1 ";

    private readonly SqliteDatabase _database;
    private readonly SnapshotTable _snapshots;
    private readonly string _owner;

    internal MountRecords(SqliteDatabase database, string owner)
    {
        _database = database;
        _owner = owner;
        _snapshots = new SnapshotTable(owner);
    }

    /// <summary>Records a mount; what was recorded for the same target is replaced.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.NotFound"/>: there is no such snapshot.</exception>
    public void Add(MountRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        _database.Write(session =>
        {
            SnapshotRow snapshot = _snapshots.Find(session, record.Key) ?? throw SnapshotErrors.NotFound(record.Key);
            session.Execute(
                "INSERT OR REPLACE INTO mounts (target, snapshot, read_only, remove_at_unmount, options) VALUES (?1, ?2, ?3, ?4, ?5)",
                record.Target,
                snapshot.Id,
                record.IsReadOnly,
                record.RemoveAtUnmount,
                string.Join('\n', record.Options));
        });
    }

    /// <summary>The record of this target, or null.</summary>
    public MountRecord? FindByTarget(string target) => _database.Read(s => s.QueryFirst(Select + "AND m.target = ?2", Map, _owner, target));

    /// <summary>The records of a snapshot, by target.</summary>
    public IReadOnlyList<MountRecord> FindByKey(string key) => _database.Read(s => FindByKey(s, key));

    internal IReadOnlyList<MountRecord> FindByKey(SqliteSession session, string key) =>
        session.Query(Select + "AND s.key = ?2 ORDER BY m.target", Map, _owner, key);

    /// <summary>All records, by target.</summary>
    public IReadOnlyList<MountRecord> List() => _database.Read(s => s.Query(Select + "ORDER BY m.target", Map, _owner));

    /// <summary>Removes the record of a target.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Remove(string target) => _database.Write(s =>
        s.Execute("DELETE FROM mounts WHERE target = ?1 AND snapshot IN (SELECT id FROM snapshots WHERE owner = ?2)", target, _owner) == 1);

    private static MountRecord Map(SqliteRow row) =>
        new(row.GetString(0), row.GetString(1), row.GetBoolean(2), row.GetBoolean(3), row.GetString(4).Split('\n', StringSplitOptions.RemoveEmptyEntries));
}
