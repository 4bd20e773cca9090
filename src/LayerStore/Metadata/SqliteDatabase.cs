using LayerStore.Linux;
using Microsoft.Data.Sqlite;

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

    /// <summary>The log that is left for the next opening, which reads it whole: that takes a millisecond.</summary>
    private const int KeptLogBytes = 1 << 20;

    private readonly Lock _gate = new();
    private readonly string _path;
    private readonly bool _readOnly;
    private readonly SqliteHandle _handle;
    private readonly SqliteSession _session;
    private bool _hasLog;
    private bool _sync;
    private bool _written;
    private bool _migrated;
    private bool _inTransaction;
    private bool _disposed;

    private SqliteDatabase(string path, SqliteHandle handle, bool readOnly)
    {
        _path = path;
        _readOnly = readOnly;
        _handle = handle;
        _session = new SqliteSession(handle);
    }

    /// <summary>Whether a change was begun through this instance: then closing it can take as long as the disk does.</summary>
    public bool IsWritten => _written;

    internal bool IsReadOnly => _readOnly;

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
        bool hasLog = HasLog(path);
        long giveUpAt = Environment.TickCount64 + BusyTimeoutMilliseconds;
        while (true)
        {
            SqliteDatabase? database = null;
            try
            {
                database = new SqliteDatabase(path, SqliteHandle.Open(path, readOnly: false), readOnly: false);
                database.Configure(hasLog, sync);
                database.Migrate(migrations);
                if (created && sync)
                {
                    PosixFile.SyncDirectory(Path.GetDirectoryName(path)!);
                }

                return database;
            }
            catch (SqliteException e) when (SqliteErrors.IsBusy(e) && Environment.TickCount64 < giveUpAt)
            {
                // The switch to WAL and the recovery after a crash do not call the busy handler in all cases.
                database?.Close();
                Thread.Sleep(10);
            }
            catch (SqliteException e)
            {
                database?.Close();
                throw SqliteErrors.Translate(e, path);
            }
            catch
            {
                database?.Close();
                throw;
            }
        }
    }

    /// <summary>What SQLite finds wrong with the file and its references, a sentence each; none if it is sound.</summary>
    public IReadOnlyList<string> CheckIntegrity() => Read(session =>
    {
        List<string> found = session.Query("PRAGMA integrity_check(100)", row => row.GetString(0));
        found.RemoveAll(line => line == "ok");
        found.AddRange(session.Query("PRAGMA foreign_key_check", row => $"a row of {row.GetString(0)} names a row of {row.GetString(2)} that is not there"));
        return found;
    });

    /// <summary>Closes the connection. A WAL that has grown, or that holds the schema, is folded into the database; a small one stays.</summary>
    /// <remarks>What is in the log is durable: to fold it at the end of each short command would wait for the disk twice more, and twice to begin
    /// another one. A command that is killed leaves its log as well.</remarks>
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
            if (_migrated || (_written && HasGrownLog()))
            {
                TruncateWal();
            }
            else
            {
                _handle.KeepLog();
            }

            Close();
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
        SqliteDatabase? database = null;
        try
        {
            database = new SqliteDatabase(path, SqliteHandle.Open(source, readOnly: true), readOnly: true);
            database._handle.WaitForLocks(BusyTimeoutMilliseconds);
            long version = database._session.Scalar("PRAGMA user_version");
            return version == migrations.Count
                ? database
                : throw SqliteErrors.WrongVersion(path, version, migrations.Count);
        }
        catch (SqliteException e)
        {
            database?.Close();
            throw complete ? SqliteErrors.Translate(e, path) : SqliteErrors.UncleanReadOnly(e, path);
        }
        catch
        {
            database?.Close();
            throw;
        }
    }

    // A statement that is left would keep the file open, and its locks.
    private void Close()
    {
        _session.Dispose();
        _handle.Dispose();
    }

    private void Configure(bool hasLog, bool sync)
    {
        _hasLog = hasLog;
        _sync = sync;
        _handle.WaitForLocks(BusyTimeoutMilliseconds);
        _handle.Execute($"""
            PRAGMA synchronous={Synchronous};
            PRAGMA journal_mode={JournalMode(hasLog)};
            PRAGMA foreign_keys=ON;
            PRAGMA journal_size_limit={JournalSizeLimitBytes}
            """);
    }

    private static bool HasLog(string path) => PosixFile.BlockSize(path, Printable.Text(path)) >= Environment.SystemPageSize;

    private static string JournalMode(bool hasLog) => hasLog ? "WAL" : "DELETE";

    private string Synchronous => !_sync ? "OFF" : _hasLog ? "FULL" : "EXTRA";

    // A database that is opened without waiting never waits. One without a log always does: what is not synced there can be damaged.
    private void SetSync(bool isWaiting)
    {
        if (_sync && _hasLog && !_readOnly && !_disposed)
        {
            _session.Execute(isWaiting ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
        }
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
        if (!_hasLog)
        {
            return;
        }

        try
        {
            _handle.Execute("PRAGMA busy_timeout=0; PRAGMA wal_checkpoint(TRUNCATE)");
        }
        catch (SqliteException)
        {
        }
    }

    private bool HasGrownLog()
    {
        try
        {
            return PosixFile.StatPath(_path + "-wal", Printable.Text(_path)) is { } log && log.Size > KeptLogBytes;
        }
        catch (LayerStoreException)
        {
            return false;
        }
    }

    private static string EscapeForUri(string path) =>
        path.Replace("%", "%25", StringComparison.Ordinal).Replace("?", "%3f", StringComparison.Ordinal).Replace("#", "%23", StringComparison.Ordinal);
}
