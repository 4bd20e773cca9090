namespace LayerStore.Content;

/// <summary>An ingest that has all its bytes, to be committed together with others.</summary>
/// <param name="Writer">Its writer.</param>
/// <param name="Labels">Labels for the blob, added to those it may have already.</param>
public sealed record FinishedIngest(IngestWriter Writer, IReadOnlyDictionary<string, string>? Labels = null);
