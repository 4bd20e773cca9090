namespace LayerStore.Cli.Output.Json;

/// <summary>What a snapshot's own layer takes, without its parents.</summary>
internal sealed record UsageRow(string Name, long Bytes, long Inodes);
