namespace LayerStore.Cli.Output.Json;

/// <summary>One line of <c>--progress json</c>.</summary>
internal sealed record ProgressLine(string Digest, string Stage, string State, long Done, long Total);
