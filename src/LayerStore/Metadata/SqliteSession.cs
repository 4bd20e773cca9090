using LayerStore.Linux;

namespace LayerStore.Metadata;

/// <summary>
/// Statements within one transaction of a <see cref="SqliteDatabase"/>. Parameters are <c>?1</c>, <c>?2</c>, … ; a value
/// is a string, an integer, a bool (0 or 1) or null.
/// </summary>
/// <remarks>Statements are compiled once and kept by their text: never build that text from data.</remarks>
public sealed class SqliteSession
{
    private readonly SqliteHandle _handle;
    private readonly Dictionary<string, SqliteStatement> _statements = new(StringComparer.Ordinal);

    internal SqliteSession(SqliteHandle handle) => _handle = handle;

    /// <summary>Whether a transaction is open.</summary>
    internal bool IsInTransaction => _handle.IsInTransaction;

    /// <summary>Runs one statement that returns no rows.</summary>
    /// <returns>How many rows it changed.</returns>
    public int Execute(string sql, params ReadOnlySpan<object?> values)
    {
        SqliteStatement statement = Bind(sql, values);
        try
        {
            while (statement.Step())
            {
            }

            return _handle.Changes;
        }
        finally
        {
            statement.Reset();
        }
    }

    /// <summary>All rows of a query, read to the end before this returns.</summary>
    public List<T> Query<T>(string sql, Func<SqliteRow, T> map, params ReadOnlySpan<object?> values)
    {
        ArgumentNullException.ThrowIfNull(map);
        SqliteStatement statement = Bind(sql, values);
        try
        {
            SqliteRow row = new(statement);
            List<T> rows = [];
            while (statement.Step())
            {
                rows.Add(map(row));
            }

            return rows;
        }
        finally
        {
            statement.Reset();
        }
    }

    /// <summary>The first row of a query, or null.</summary>
    public T? QueryFirst<T>(string sql, Func<SqliteRow, T> map, params ReadOnlySpan<object?> values)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(map);
        SqliteStatement statement = Bind(sql, values);
        try
        {
            return statement.Step() ? map(new SqliteRow(statement)) : null;
        }
        finally
        {
            statement.Reset();
        }
    }

    /// <summary>The first column of the first row: a number.</summary>
    /// <exception cref="InvalidOperationException">There is no row, or its first column is null.</exception>
    public long Scalar(string sql, params ReadOnlySpan<object?> values)
    {
        SqliteStatement statement = Bind(sql, values);
        try
        {
            return statement.Step() && !statement.IsNull(0) ? statement.GetInt64(0) : throw new InvalidOperationException($"No number came from: {sql}");
        }
        finally
        {
            statement.Reset();
        }
    }

    internal void Dispose()
    {
        foreach (SqliteStatement statement in _statements.Values)
        {
            statement.Dispose();
        }

        _statements.Clear();
    }

    private SqliteStatement Bind(string sql, ReadOnlySpan<object?> values)
    {
        if (!_statements.TryGetValue(sql, out SqliteStatement? statement))
        {
            statement = _handle.Prepare(sql);
            _statements.Add(sql, statement);
        }

        statement.Bind(values);
        return statement;
    }
}
