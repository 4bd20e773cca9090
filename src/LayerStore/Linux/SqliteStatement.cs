using System.Buffers;
using System.Text;
using Microsoft.Data.Sqlite;

namespace LayerStore.Linux;

/// <summary>A compiled statement.</summary>
internal sealed unsafe class SqliteStatement(SqliteHandle connection, nint handle) : IDisposable
{
    private const int StackBytes = 512;

    /// <summary>Gives the parameters <c>?1</c>, <c>?2</c>, … their values.</summary>
    /// <exception cref="ArgumentException">More or fewer than there are, or one of a type that the store does not write.</exception>
    public void Bind(ReadOnlySpan<object?> values)
    {
        if (LibSqlite.sqlite3_bind_parameter_count(handle) != values.Length)
        {
            throw new ArgumentException("There must be a value for each parameter.", nameof(values));
        }

        for (int i = 0; i < values.Length; i++)
        {
            connection.Check(values[i] switch
            {
                null => LibSqlite.sqlite3_bind_null(handle, i + 1),
                string text => BindText(i + 1, text),
                long number => LibSqlite.sqlite3_bind_int64(handle, i + 1, number),
                int number => LibSqlite.sqlite3_bind_int64(handle, i + 1, number),
                bool flag => LibSqlite.sqlite3_bind_int64(handle, i + 1, flag ? 1 : 0),
                _ => throw new ArgumentException("A value is a text, an integer, a bool or null.", nameof(values)),
            });
        }
    }

    /// <summary>Runs it to the next row; false if there is none.</summary>
    /// <exception cref="SqliteException">SQLite cannot.</exception>
    public bool Step()
    {
        int result = LibSqlite.sqlite3_step(handle);
        connection.Check(result);
        return result == LibSqlite.Row;
    }

    /// <summary>Ends it, so that it can be run again. What was wrong with it was said by <see cref="Step"/>.</summary>
    public void Reset() => _ = LibSqlite.sqlite3_reset(handle);

    /// <summary>Whether a column of the row is NULL.</summary>
    public bool IsNull(int column) => LibSqlite.sqlite3_column_type(handle, column) == LibSqlite.Null;

    /// <summary>A number in the row.</summary>
    /// <exception cref="SqliteException">It is NULL.</exception>
    public long GetInt64(int column) => IsNull(column) ? throw Missing(column) : LibSqlite.sqlite3_column_int64(handle, column);

    /// <summary>A text in the row.</summary>
    /// <exception cref="SqliteException">It is NULL.</exception>
    public string GetString(int column)
    {
        byte* text = LibSqlite.sqlite3_column_text(handle, column);
        return text is null ? throw Missing(column) : Encoding.UTF8.GetString(text, LibSqlite.sqlite3_column_bytes(handle, column));
    }

    /// <summary>Frees it.</summary>
    public void Dispose() => _ = LibSqlite.sqlite3_finalize(handle);

    // Who asks knows that the schema forbids NULL there.
    private static SqliteException Missing(int column) => new($"column {column} has no value", LibSqlite.Corrupt, LibSqlite.Corrupt);

    private int BindText(int index, string text)
    {
        // A pointer to nothing would be NULL, not an empty text.
        int most = Encoding.UTF8.GetMaxByteCount(text.Length) + 1;
        byte[]? rented = most <= StackBytes ? null : ArrayPool<byte>.Shared.Rent(most);
        Span<byte> buffer = rented ?? stackalloc byte[StackBytes];
        int length = Encoding.UTF8.GetBytes(text, buffer);
        int result;
        fixed (byte* start = buffer)
        {
            result = LibSqlite.sqlite3_bind_text(handle, index, start, length, LibSqlite.Transient);
        }

        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return result;
    }
}
