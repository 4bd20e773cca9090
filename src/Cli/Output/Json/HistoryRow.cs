namespace LayerStore.Cli.Output.Json;

/// <summary>A step in the making of an image, newest first in a listing.</summary>
internal sealed record HistoryRow(
    DateTimeOffset? CreatedAt, string? CreatedBy, string? Author, string? Comment, bool EmptyLayer, string? Layer, string? DiffId, long? CompressedBytes);
