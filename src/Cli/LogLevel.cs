namespace LayerStore.Cli;

/// <summary>How much is logged to standard error.</summary>
internal enum LogLevel
{
    /// <summary>What the program decides on its way.</summary>
    Debug,

    /// <summary>What was done beyond the result.</summary>
    Info,

    /// <summary>What could not be kept as it was asked for.</summary>
    Warning,

    /// <summary>Nothing but the error that ended the command.</summary>
    Error,
}
