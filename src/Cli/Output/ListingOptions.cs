using LayerStore.Cli.Parsing;

namespace LayerStore.Cli.Output;

/// <summary>The options that every listing has.</summary>
internal sealed class ListingOptions
{
    /// <summary>Adds them to a command.</summary>
    public ListingOptions(Command command)
    {
        command.Add(Format);
        command.Add(Quiet);
        command.Add(NoTruncation);
    }

    /// <summary>How the listing is written.</summary>
    public Option<OutputFormat> Format { get; } = Choices.Option(
        "--format", "table, json or jsonl (table)", ("table", OutputFormat.Table), ("json", OutputFormat.Json), ("jsonl", OutputFormat.JsonLines));

    /// <summary>Names only, as they are.</summary>
    public Option<bool> Quiet { get; } = Choices.Flag("--quiet", "Print names only, one a line", "-q");

    /// <summary>Nothing abbreviated.</summary>
    public Option<bool> NoTruncation { get; } = Choices.Flag("--no-trunc", "Abbreviate nothing");
}
