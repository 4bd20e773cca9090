using Snapshotter;

namespace LayerStore.Cli.Parsing;

/// <summary>The options that every command has, before or after its name.</summary>
internal sealed class GlobalOptions
{
    /// <summary>Where the store is.</summary>
    public Option<string?> Root { get; } = new(
        "--root",
        "The store's directory ($LAYERSTORE_ROOT; else /var/lib/layerstore for root, $XDG_DATA_HOME/layerstore for others)",
        static (texts, _) => texts[^1],
        null)
    {
        ValueName = "DIR",
        IsGlobal = true,
    };

    /// <summary>How snapshots are kept.</summary>
    public Option<StoreDriver?> Driver { get; } = Choices.Option<StoreDriver?>(
        "--driver",
        "NAME",
        "How snapshots are kept: overlay, erofs or native (what the store has; overlay for a new one)",
        null,
        [("overlay", StoreDriver.Overlay), ("erofs", StoreDriver.Erofs), ("native", StoreDriver.Native)],
        isGlobal: true);

    /// <summary>What is logged to stderr.</summary>
    public Option<LogLevel> LogLevel { get; } = Choices.Option(
        "--log-level",
        "LEVEL",
        "What is logged to stderr: debug, info, warning or error (warning)",
        Cli.LogLevel.Warning,
        [("warning", Cli.LogLevel.Warning), ("debug", Cli.LogLevel.Debug), ("info", Cli.LogLevel.Info), ("error", Cli.LogLevel.Error)],
        isGlobal: true);

    /// <summary>Help. Not <c>/h</c> and <c>/?</c>, which are paths.</summary>
    public Option<bool> Help { get; } = new("--help", "Show this help", static (_, _) => true, false, "-h", "-?") { IsGlobal = true };
}
