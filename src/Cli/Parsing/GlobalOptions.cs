using System.CommandLine;
using Snapshotter;

namespace LayerStore.Cli.Parsing;

/// <summary>The options that every command has, before or after its name.</summary>
internal sealed class GlobalOptions
{
    /// <summary>Makes them.</summary>
    public GlobalOptions()
    {
        Driver.DefaultValueFactory = _ => null;
        Driver.Recursive = true;
        Driver.HelpName = "NAME";
        LogLevel.Recursive = true;
        LogLevel.HelpName = "LEVEL";
    }

    /// <summary>Where the store is.</summary>
    public Option<string?> Root { get; } = new("--root")
    {
        HelpName = "DIR",
        Description = "The store's directory ($LAYERSTORE_ROOT; else /var/lib/layerstore for root, $XDG_DATA_HOME/layerstore for others)",
        Recursive = true,
    };

    /// <summary>How snapshots are kept.</summary>
    public Option<StoreDriver?> Driver { get; } = Choices.Option<StoreDriver?>(
        "--driver",
        "How snapshots are kept: overlay or native (what the store has; overlay for a new one)",
        ("overlay", StoreDriver.Overlay),
        ("native", StoreDriver.Native));

    /// <summary>What is logged to stderr.</summary>
    public Option<LogLevel> LogLevel { get; } = Choices.Option(
        "--log-level",
        "What is logged to stderr: debug, info, warning or error (warning)",
        ("warning", Cli.LogLevel.Warning),
        ("debug", Cli.LogLevel.Debug),
        ("info", Cli.LogLevel.Info),
        ("error", Cli.LogLevel.Error));

    /// <summary>Help. Not <c>/h</c> and <c>/?</c>, which are paths.</summary>
    public Option<bool> Help { get; } = new("--help", "-h", "-?")
    {
        Description = "Show this help",
        Arity = ArgumentArity.Zero,
        Recursive = true,
    };
}
