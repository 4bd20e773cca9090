using LayerStore.Linux;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace LayerStore.Metadata;

/// <summary>
/// One of the store's SQLite databases, opened the one way that is safe with several processes and power cuts: WAL,
/// <c>synchronous=FULL</c>, foreign keys on, writers queued by <c>BEGIN IMMEDIATE</c>.
/// </summary>
/// <remarks>
/// <para>One connection, used by one thread at a time: a transaction is short, and nothing slow belongs into one. When
/// <see cref="Write{T}"/> returns, the change is on the disk. Threads that wait at the same time wait for the disk once, together.</para>
/// <para>Where a page of memory is larger than a block of the file system there is no WAL but a rollback journal, <c>synchronous=EXTRA</c>: the WAL's
/// index is mapped into memory, SQLite reserves one block of each page of it, and on a full disk the first touch of another one would
/// end the process (SIGBUS).</para>
/// <para>Do not open the database's file in another way in the same process: closing any descriptor of it drops
/// SQLite's locks (POSIX record locks belong to the process, sqlite.org/howtocorrupt.html, 2.2).</para>
/// <para>What SQLite reports becomes a <see cref="LayerStoreException"/>: a full disk
/// <see cref="ErrorKind.ResourceExhausted"/>, a damaged file <see cref="ErrorKind.DataLoss"/>, a read-only store
/// <see cref="ErrorKind.PermissionDenied"/>, a lock not had within 30 seconds <see cref="ErrorKind.Aborted"/>, a taken
/// key <see cref="ErrorKind.AlreadyExists"/>, a broken foreign key <see cref="ErrorKind.FailedPrecondition"/>.</para>
/// </remarks>
public sealed partial class SqliteDatabase : IDisposable
{
    private const int BusyTimeoutMilliseconds = 30_000;
    private const int JournalSizeLimitBytes = 4 << 20;

    private readonly Lock _gate = new();
    private readonly string _path;
    private readonly bool _readOnly;
    private readonly SqliteConnection _connection;
    private readonly SqliteSession _session;
    private bool _hasLog;
    private bool _sync;
    private bool _written;
    private bool _inTransaction;
    private bool _disposed;

    static SqliteDatabase() => Batteries_V2.Init();

    private SqliteDatabase(string path, SqliteConnection connection, bool readOnly)
    {
        _path = path;
        _connection = connection;
        _readOnly = readOnly;
        _session = new SqliteSession(connection);
    }

    /// <summary>Opens a database, makes it if it is not there, and brings it to the newest version.</summary>
    /// <param name="path">The file's absolute path.</param>
    /// <param name="migrations">
    /// The SQL that leads from each version to the next; element 0 makes version 1. Once released an element never
    /// changes. The version is SQLite's <c>user_version</c>.
    /// </param>
    /// <param name="readOnly">Whether to open without writing a byte, as on a read-only file system.</param>
    /// <param name="sync">Whether a commit waits for the disk. False loses changes, or the database, in a power cut.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.FailedPrecondition"/>: written by a newer version, or,
    /// read-only, by an older one; <see cref="ErrorKind.NotFound"/>: read-only and not there; others as in the remarks.</exception>
    public static SqliteDatabase Open(string path, IReadOnlyList<string> migrations, bool readOnly = false, bool sync = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(migrations);
        if (readOnly)
        {
            return OpenReadOnly(path, migrations);
        }

        // Made here and not by SQLite for its mode, 0600; the WAL inherits it. An empty file is an empty database.
        bool created = PosixFile.TryCreate(path, Printable.Text(path));
        bool hasLog = PosixFile.BlockSize(path, Printable.Text(path)) >= Environment.SystemPageSize;
        long giveUpAt = Environment.TickCount64 + BusyTimeoutMilliseconds;
        while (true)
        {
            SqliteConnection connection = new(ConnectionString(path, SqliteOpenMode.ReadWrite));
            try
            {
                connection.Open();
                SqliteDatabase database = new(path, connection, readOnly: false);
                database.Configure(hasLog, sync);
                database.Migrate(migrations);
                if (created)
                {
                    PosixFile.SyncDirectory(Path.GetDirectoryName(path)!);
                }

                return database;
            }
            catch (SqliteException e) when (SqliteErrors.IsBusy(e) && Environment.TickCount64 < giveUpAt)
            {
                // The switch to WAL and the recovery after a crash do not call the busy handler in all cases.
                connection.Dispose();
                Thread.Sleep(10);
            }
            catch (SqliteException e)
            {
                connection.Dispose();
                throw SqliteErrors.Translate(e, path);
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        }
    }

    /// <summary>Loads SQLite and prepares all that the first opening needs, ahead of it; other threads may go on.</summary>
    public static void LoadLibrary()
    {
        using SqliteConnection connection = new(ConnectionString(":memory:", SqliteOpenMode.Memory));
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "PRAGMA user_version";
        command.ExecuteScalar();
    }

    /// <summary>What SQLite finds wrong with the file and its references, a sentence each; none if it is sound.</summary>
    public IReadOnlyList<string> CheckIntegrity() => Read(session =>
    {
        List<string> found = session.Query("PRAGMA integrity_check(100)", row => row.GetString(0));
        found.RemoveAll(line => line == "ok");
        found.AddRange(session.Query("PRAGMA foreign_key_check", row => $"a row of {row.GetString(0)} names a row of {row.GetString(2)} that is not there"));
        return found;
    });

    /// <summary>Closes the connection; the last one of all processes folds the WAL into the database.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            CloseReading();
            if (_written && _hasLog)
            {
                TruncateWal();
            }

            _session.Dispose();
            _connection.Dispose();
        }
    }

    private static SqliteDatabase OpenReadOnly(string path, IReadOnlyList<string> migrations)
    {
        if (!File.Exists(path))
        {
            throw new LayerStoreException(ErrorKind.NotFound, $"there is no database {Printable.Text(path)}");
        }

        // A WAL database needs its -shm file, which cannot be made here, nor a journal be rolled back. Without either nobody has it open and
        // the database file is complete, so it can be read as immutable (sqlite.org/wal.html, "Read-Only Databases").
        bool complete = !File.Exists(path + "-wal") && !File.Exists(path + "-journal");
        string source = "file:" + EscapeForUri(path) + (complete ? "?immutable=1" : string.Empty);
        SqliteConnection connection = new(ConnectionString(source, SqliteOpenMode.ReadOnly));
        try
        {
            connection.Open();
            SqliteDatabase database = new(path, connection, readOnly: true);
            long version = database._session.Scalar("PRAGMA user_version");
            return version == migrations.Count
                ? database
                : throw SqliteErrors.WrongVersion(path, version, migrations.Count);
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw complete ? SqliteErrors.Translate(e, path) : SqliteErrors.UncleanReadOnly(e, path);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private void Configure(bool hasLog, bool sync)
    {
        _hasLog = hasLog;
        _sync = sync;
        _session.ExecuteOnce($"""
            PRAGMA busy_timeout={BusyTimeoutMilliseconds};
            PRAGMA journal_mode={(hasLog ? "WAL" : "DELETE")};
            PRAGMA synchronous={(!sync ? "OFF" : hasLog ? "FULL" : "EXTRA")};
            PRAGMA foreign_keys=ON;
            PRAGMA journal_size_limit={JournalSizeLimitBytes}
            """);
    }

    // A database that is opened without waiting never waits. One without a log always does: what is not synced there can be damaged.
    private void SetSync(bool isWaiting)
    {
        if (_sync && _hasLog && !_readOnly && !_disposed)
        {
            _session.Execute(isWaiting ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
        }
    }

    private void Migrate(IReadOnlyList<string> migrations)
    {
        long version = _session.Scalar("PRAGMA user_version");
        if (version == migrations.Count)
        {
            return;
        }

        _written = true;
        Transact(_session, "BEGIN IMMEDIATE", session =>
        {
            // Another process may have migrated while this one waited for the write lock.
            version = session.Scalar("PRAGMA user_version");
            if (version > migrations.Count)
            {
                throw SqliteErrors.WrongVersion(_path, version, migrations.Count);
            }

            for (; version < migrations.Count; version++)
            {
                session.ExecuteOnce(migrations[(int)version]);
            }

            session.ExecuteOnce($"PRAGMA user_version={migrations.Count}");
            return true;
        });
    }

    private T InTransaction<T>(string begin, Func<SqliteSession, T> body)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_inTransaction)
            {
                throw Nested();
            }

            _inTransaction = true;
            try
            {
                return Transact(_session, begin, body);
            }
            catch (SqliteException e)
            {
                throw SqliteErrors.Translate(e, _path);
            }
            finally
            {
                _inTransaction = false;
            }
        }
    }

    private static T Transact<T>(SqliteSession session, string begin, Func<SqliteSession, T> body)
    {
        session.Execute(begin);
        try
        {
            T result = body(session);
            session.Execute("COMMIT");
            return result;
        }
        catch
        {
            // SQLite has rolled back by itself after some errors, such as a full disk.
            if (session.IsInTransaction)
            {
                session.Execute("ROLLBACK");
            }

            throw;
        }
    }

    // With other processes still connected the WAL would stay as long as its longest transaction. Whoever reads or
    // writes at this moment will do it instead, so there is no waiting and no error.
    private void TruncateWal()
    {
        try
        {
            _session.ExecuteOnce("PRAGMA busy_timeout=0; PRAGMA wal_checkpoint(TRUNCATE)");
        }
        catch (SqliteException)
        {
        }
    }

    // The library retries a busy statement itself until its timeout; SQLite's own handler, which waits more evenly,
    // has then done so already.
    private static string ConnectionString(string source, SqliteOpenMode mode) => new SqliteConnectionStringBuilder
    {
        DataSource = source,
        Mode = mode,
        Pooling = false,
        DefaultTimeout = 1,
    }.ToString();

    private static string EscapeForUri(string path) =>
        path.Replace("%", "%25", StringComparison.Ordinal).Replace("?", "%3f", StringComparison.Ordinal).Replace("#", "%23", StringComparison.Ordinal);
}
