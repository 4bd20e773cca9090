namespace LayerStore.Cli.Progress;

/// <summary>How progress is shown on standard error.</summary>
internal enum ProgressMode
{
    /// <summary>Bars on a terminal, else lines.</summary>
    Auto,

    /// <summary>A line for each layer that is finished.</summary>
    Plain,

    /// <summary>A JSON object for each piece of news.</summary>
    Json,

    /// <summary>Not at all.</summary>
    None,
}
