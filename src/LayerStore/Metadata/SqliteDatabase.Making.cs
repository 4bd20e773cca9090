using LayerStore.Linux;
using Microsoft.Data.Sqlite;

namespace LayerStore.Metadata;

/// <content>Making a database, and bringing one to the newest version.</content>
public sealed partial class SqliteDatabase
{
    /// <summary>Makes an empty database of the newest version, in one file and without waiting for the disk: it is to be on the disk before it has
    /// the name by which others open it.</summary>
    /// <remarks>A database that is made by <see cref="Open"/> waits for the disk eight times; many files of a new store can wait once.</remarks>
    /// <param name="path">The file's absolute path; what is there, left by one who was killed, is made anew. Nobody else has it open.</param>
    /// <param name="migrations">As for <see cref="Open"/>.</param>
    /// <exception cref="LayerStoreException">As in the remarks of this class.</exception>
    public static void Make(string path, IReadOnlyList<string> migrations)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(migrations);
        foreach (string part in (ReadOnlySpan<string>)[path, path + "-journal", path + "-wal", path + "-shm"])
        {
            PosixFile.TryUnlink(part, Printable.Text(part));
        }

        PosixFile.TryCreate(path, Printable.Text(path));
        SqliteDatabase? database = null;
        try
        {
            SqliteSchema.Migrate(path, "OFF", migrations);
            database = new SqliteDatabase(path, SqliteHandle.Open(path, readOnly: false), readOnly: false);
            database._handle.Execute("PRAGMA synchronous=OFF");

            // Last, and with nothing in a log yet: what goes wrong is an error of a statement, and not of the closing, which tells none.
            database._handle.Execute($"PRAGMA journal_mode={JournalMode(HasLog(path))}");
        }
        catch (SqliteException e)
        {
            throw SqliteErrors.Translate(e, path);
        }
        finally
        {
            database?.Close();
        }
    }

    private void Migrate(IReadOnlyList<string> migrations)
    {
        long version = _session.Scalar("PRAGMA user_version");
        if (version > migrations.Count)
        {
            throw SqliteErrors.WrongVersion(_path, version, migrations.Count);
        }

        if (version < migrations.Count)
        {
            _written = true;
            _migrated = true;
            SqliteSchema.Migrate(_path, Synchronous, migrations);
        }
    }
}
