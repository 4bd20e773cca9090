using LayerStore.Linux;
using Microsoft.Data.Sqlite;

namespace LayerStore.Metadata;

/// <content>Reading beside a change that waits for the disk.</content>
public sealed partial class SqliteDatabase
{
    private readonly Lock _readingGate = new();
    private SqliteHandle? _readingHandle;
    private SqliteSession? _reading;

    /// <summary>Runs a query on one consistent state of the database: one that has every change that was reported done.</summary>
    /// <remarks>It does not wait for a change that another thread makes: while one does, it goes over a second connection, opened the first time
    /// that this happens (sqlite.org/wal.html, "Concurrency"). Without a write-ahead log it waits.</remarks>
    /// <param name="query">Called once, under the connection's lock; it must not call the database again.</param>
    public T Read<T>(Func<SqliteSession, T> query)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (_readOnly || !_hasLog)
        {
            return InTransaction("BEGIN", query);
        }

        if (_gate.TryEnter())
        {
            try
            {
                return InTransaction("BEGIN", query);
            }
            finally
            {
                _gate.Exit();
            }
        }

        lock (_readingGate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            try
            {
                return Transact(_reading ?? OpenReading(), "BEGIN", query);
            }
            catch (SqliteException e)
            {
                throw SqliteErrors.Translate(e, _path);
            }
        }
    }

    private SqliteSession OpenReading()
    {
        SqliteHandle handle = SqliteHandle.Open(_path, readOnly: false);
        try
        {
            handle.WaitForLocks(BusyTimeoutMilliseconds);
            handle.Execute("PRAGMA query_only=ON");
            _readingHandle = handle;
            return _reading = new SqliteSession(handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private void CloseReading()
    {
        lock (_readingGate)
        {
            _reading?.Dispose();
            _readingHandle?.Dispose();
            _reading = null;
        }
    }
}
