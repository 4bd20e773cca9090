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
        using Run run = Bind(sql, values);
        while (run.Statement.Step())
        {
        }

        return _handle.Changes;
    }

    /// <summary>All rows of a query, read to the end before this returns.</summary>
    public List<T> Query<T>(string sql, Func<SqliteRow, T> map, params ReadOnlySpan<object?> values)
    {
        ArgumentNullException.ThrowIfNull(map);
        using Run run = Bind(sql, values);
        SqliteRow row = new(run.Statement);
        List<T> rows = [];
        while (run.Statement.Step())
        {
            rows.Add(map(row));
        }

        return rows;
    }

    /// <summary>The first row of a query, or null.</summary>
    public T? QueryFirst<T>(string sql, Func<SqliteRow, T> map, params ReadOnlySpan<object?> values)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(map);
        using Run run = Bind(sql, values);
        return run.Statement.Step() ? map(new SqliteRow(run.Statement)) : null;
    }

    /// <summary>The first column of the first row: a number.</summary>
    /// <exception cref="InvalidOperationException">There is no row, or its first column is null.</exception>
    public long Scalar(string sql, params ReadOnlySpan<object?> values)
    {
        using Run run = Bind(sql, values);
        return run.Statement.Step() && !run.Statement.IsNull(0)
            ? run.Statement.GetInt64(0)
            : throw new InvalidOperationException($"No number came from: {sql}");
    }

    internal void Dispose()
    {
        foreach (SqliteStatement statement in _statements.Values)
        {
            statement.Dispose();
        }

        _statements.Clear();
    }

    private Run Bind(string sql, ReadOnlySpan<object?> values)
    {
        if (!_statements.TryGetValue(sql, out SqliteStatement? statement))
        {
            statement = _handle.Prepare(sql);
            _statements.Add(sql, statement);
        }

        statement.Bind(values);
        return new Run(statement);
    }

    /// <summary>A statement that has its values. Disposing this ends its run, so that it can be run again.</summary>
    private readonly ref struct Run(SqliteStatement statement)
    {
        public SqliteStatement Statement { get; } = statement;

        public void Dispose() => Statement.Reset();
    }
}
