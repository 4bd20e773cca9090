using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace LayerStore.Linux;

/// <summary>An open database. One thread at a time may use it.</summary>
/// <remarks>Its calls are compiled ahead; a connection of the library would have some two hundred methods loaded for the first row, and stubs compiled at run time.</remarks>
internal sealed class SqliteHandle : IDisposable
{
    private readonly nint _handle;
    private bool _disposed;

    private SqliteHandle(nint handle) => _handle = handle;

    /// <summary>Opens a file that is there.</summary>
    /// <param name="name">Its path, absolute, or a URI.</param>
    /// <param name="readOnly">Whether it is opened without being written.</param>
    /// <exception cref="SqliteException">SQLite cannot.</exception>
    public static SqliteHandle Open(string name, bool readOnly)
    {
        int result = LibSqlite.sqlite3_open_v2(name, out nint handle, LibSqlite.OpenUri | (readOnly ? LibSqlite.OpenReadOnly : LibSqlite.OpenReadWrite), fileSystem: 0);

        // There is one also when this failed, which has the reason.
        SqliteHandle opened = new(handle);
        try
        {
            opened.Check(result);
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Whether a transaction is open.</summary>
    public bool IsInTransaction => LibSqlite.sqlite3_get_autocommit(_handle) == 0;

    /// <summary>How many rows the last statement that changes some has changed.</summary>
    public int Changes => LibSqlite.sqlite3_changes(_handle);

    /// <summary>Says how long to wait for the locks of others.</summary>
    public void WaitForLocks(int milliseconds) => Check(LibSqlite.sqlite3_busy_timeout(_handle, milliseconds));

    /// <summary>Compiles a statement. It is to be disposed of before the connection.</summary>
    /// <exception cref="SqliteException">SQLite cannot.</exception>
    public SqliteStatement Prepare(string sql)
    {
        Check(LibSqlite.sqlite3_prepare_v3(_handle, sql, -1, LibSqlite.PreparePersistent, out nint statement, tail: 0));
        return new SqliteStatement(this, statement);
    }

    /// <summary>Runs statements one after the other; rows that they give are left out.</summary>
    /// <exception cref="SqliteException">SQLite cannot; those before are done.</exception>
    public void Execute(string sql) => Check(LibSqlite.sqlite3_exec(_handle, sql, callback: 0, argument: 0, message: 0));

    /// <summary>Has closing leave the write-ahead log for the next one to open the file.</summary>
    public void KeepLog() => _ = LibSqlite.sqlite3_db_config(_handle, LibSqlite.NoCheckpointOnClose, 1, previous: 0);

    /// <summary>Closes it; its statements are to be disposed of before.</summary>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _ = LibSqlite.sqlite3_close_v2(_handle);
        }
    }

    /// <summary>Throws for what is no success.</summary>
    /// <exception cref="SqliteException">Of this result.</exception>
    public void Check(int result)
    {
        if (result is not (LibSqlite.Ok or LibSqlite.Row or LibSqlite.Done))
        {
            string message = Marshal.PtrToStringUTF8(LibSqlite.sqlite3_errmsg(_handle)) ?? "unknown error";
            throw new SqliteException($"SQLite Error {result & 0xff}: '{message}'.", result & 0xff, LibSqlite.sqlite3_extended_errcode(_handle));
        }
    }
}
