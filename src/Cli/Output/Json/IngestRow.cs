using LayerStore.Content;

namespace LayerStore.Cli.Output.Json;

/// <summary>An ingest, as listed.</summary>
internal sealed record IngestRow(
    string Reference, long Offset, long? Total, string? Expected, DateTimeOffset StartedAt, DateTimeOffset UpdatedAt, bool IsActive)
{
    /// <summary>The row of an ingest.</summary>
    public static IngestRow Of(IngestStatus ingest) => new(
        ingest.Reference, ingest.Offset, ingest.Total, ingest.Expected?.ToString(), ingest.StartedAt, ingest.UpdatedAt, ingest.IsActive);
}
