namespace LayerStore.Cli.Output;

/// <summary>How a listing is written.</summary>
internal enum OutputFormat
{
    /// <summary>Columns for people.</summary>
    Table,

    /// <summary>One JSON array.</summary>
    Json,

    /// <summary>One JSON object a line, as they come.</summary>
    JsonLines,
}
