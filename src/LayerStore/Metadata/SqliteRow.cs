using LayerStore.Linux;

namespace LayerStore.Metadata;

/// <summary>A row of a query's result. It is there until the function that was given it returns.</summary>
public sealed class SqliteRow
{
    private readonly SqliteStatement _statement;

    internal SqliteRow(SqliteStatement statement) => _statement = statement;

    /// <summary>Whether a column, counted from 0, is NULL.</summary>
    public bool IsNull(int column) => _statement.IsNull(column);

    /// <summary>A column that has a number. One that is NULL, where the schema allows none, is damage.</summary>
    public long GetInt64(int column) => _statement.GetInt64(column);

    /// <summary>A column that has 0 or 1.</summary>
    public bool GetBoolean(int column) => GetInt64(column) != 0;

    /// <summary>A column that has text. One that is NULL, where the schema allows none, is damage.</summary>
    public string GetString(int column) => _statement.GetString(column);
}
