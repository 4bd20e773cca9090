using System.Runtime.InteropServices;

namespace LayerStore.Linux;

/// <summary>The calls of SQLite that every command makes (sqlite.org/c3ref/funclist.html). Only <see cref="SqliteHandle"/> and <see cref="SqliteStatement"/> use them.</summary>
internal static unsafe partial class LibSqlite
{
    public const int Ok = 0;
    public const int Corrupt = 11;
    public const int Row = 100;
    public const int Done = 101;

    public const int OpenReadOnly = 0x1;
    public const int OpenReadWrite = 0x2;

    /// <summary>The name is a URI if it begins with <c>file:</c> (sqlite.org/uri.html).</summary>
    public const int OpenUri = 0x40;

    /// <summary>The last connection that is closed leaves the write-ahead log as it is.</summary>
    public const int NoCheckpointOnClose = 1006;

    /// <summary>The statement will be kept and used again.</summary>
    public const uint PreparePersistent = 1;

    /// <summary>The type of NULL.</summary>
    public const int Null = 5;

    /// <summary>Has SQLite copy a value.</summary>
    public const nint Transient = -1;

    /// <summary>The one that Microsoft.Data.Sqlite uses: two in a process would drop each other's locks (sqlite.org/howtocorrupt.html, 2.2.1).</summary>
    private const string Library = "libe_sqlite3";

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int sqlite3_open_v2(string name, out nint connection, int flags, nint fileSystem);

    [LibraryImport(Library)]
    public static partial int sqlite3_close_v2(nint connection);

    [LibraryImport(Library)]
    public static partial int sqlite3_busy_timeout(nint connection, int milliseconds);

    // The C function takes any arguments after the second; on Linux they are passed as if it named them.
    [LibraryImport(Library)]
    public static partial int sqlite3_db_config(nint connection, int option, int value, nint previous);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int sqlite3_exec(nint connection, string sql, nint callback, nint argument, nint message);

    [LibraryImport(Library)]
    public static partial int sqlite3_get_autocommit(nint connection);

    [LibraryImport(Library)]
    public static partial int sqlite3_changes(nint connection);

    [LibraryImport(Library)]
    public static partial nint sqlite3_errmsg(nint connection);

    [LibraryImport(Library)]
    public static partial int sqlite3_extended_errcode(nint connection);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int sqlite3_prepare_v3(nint connection, string sql, int bytes, uint flags, out nint statement, nint tail);

    [LibraryImport(Library)]
    public static partial int sqlite3_finalize(nint statement);

    [LibraryImport(Library)]
    public static partial int sqlite3_bind_parameter_count(nint statement);

    [LibraryImport(Library)]
    public static partial int sqlite3_bind_null(nint statement, int index);

    [LibraryImport(Library)]
    public static partial int sqlite3_bind_int64(nint statement, int index, long value);

    [LibraryImport(Library)]
    public static partial int sqlite3_bind_text(nint statement, int index, byte* text, int bytes, nint destructor);

    [LibraryImport(Library)]
    public static partial int sqlite3_step(nint statement);

    [LibraryImport(Library)]
    public static partial int sqlite3_reset(nint statement);

    [LibraryImport(Library)]
    public static partial int sqlite3_column_type(nint statement, int column);

    [LibraryImport(Library)]
    public static partial long sqlite3_column_int64(nint statement, int column);

    [LibraryImport(Library)]
    public static partial byte* sqlite3_column_text(nint statement, int column);

    [LibraryImport(Library)]
    public static partial int sqlite3_column_bytes(nint statement, int column);
}
