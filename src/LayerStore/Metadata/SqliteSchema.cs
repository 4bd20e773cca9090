using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace LayerStore.Metadata;

/// <summary>Makes the tables of a new database, and brings those of an older one to the newest version.</summary>
/// <remarks>This is the one place that opens a database through the library: where it matters least how long that takes
/// (docs/decisions/0020-sqlite-calls.md).</remarks>
internal static class SqliteSchema
{
    static SqliteSchema() => Batteries_V2.Init();

    /// <summary>Runs, in one transaction, the migrations that a database has not had.</summary>
    /// <param name="path">The file.</param>
    /// <param name="synchronous">The value of the pragma: whether the transaction waits for the disk.</param>
    /// <param name="migrations">As for <see cref="SqliteDatabase.Open"/>.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.FailedPrecondition"/>: it was migrated by a newer program meanwhile.</exception>
    /// <exception cref="SqliteException">SQLite cannot.</exception>
    public static void Migrate(string path, string synchronous, IReadOnlyList<string> migrations)
    {
        // No pool: it would keep the file open.
        SqliteConnectionStringBuilder source = new() { DataSource = path, Mode = SqliteOpenMode.ReadWrite, ForeignKeys = true, Pooling = false };
        using SqliteConnection connection = new(source.ConnectionString);
        connection.Open();
        Run($"PRAGMA synchronous={synchronous}");

        // Another process may migrate meanwhile: the version is read under the write lock. Closing the connection rolls back what is not committed. The library's own
        // SqliteTransaction would fail at that, and hide the error, if SQLite rolled back by itself, as it does when a commit meets a full disk.
        Run("BEGIN IMMEDIATE");
        long version = (long)Command("PRAGMA user_version").ExecuteScalar()!;
        if (version > migrations.Count)
        {
            throw SqliteErrors.WrongVersion(path, version, migrations.Count);
        }

        for (; version < migrations.Count; version++)
        {
            Run(migrations[(int)version]);
        }

        Run($"PRAGMA user_version={migrations.Count}");
        Run("COMMIT");

        SqliteCommand Command(string sql)
        {
            SqliteCommand command = connection.CreateCommand();
            command.CommandText = sql;
            return command;
        }

        void Run(string sql)
        {
            using SqliteCommand command = Command(sql);
            command.ExecuteNonQuery();
        }
    }
}
