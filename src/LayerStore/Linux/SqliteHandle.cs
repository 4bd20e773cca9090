using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace LayerStore.Linux;

/// <summary>What an open connection is to SQLite itself: for the statements that every command runs. One thread at a time may use it.</summary>
/// <remarks>
/// The connection opens and closes the file, and migrates it; a command and a reader of it would have some two hundred methods loaded for the first row, and
/// a stub compiled at run time for each call below. These are compiled ahead.
/// </remarks>
internal sealed class SqliteHandle
{
    private readonly nint _handle;

    /// <summary>Takes an open connection; it must stay open as long as this is used.</summary>
    public SqliteHandle(SqliteConnection connection) => _handle = connection.Handle!.DangerousGetHandle();

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
