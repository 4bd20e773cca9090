namespace LayerStore.Cli.Output.Json;

/// <summary>One thing on the way from a root.</summary>
internal sealed record HolderStep(string Kind, string Name);
