namespace LayerStore.Oci;

/// <summary>How a layer came to be, or a change of the config that made none (OCI image-spec, config.md, "history").</summary>
/// <param name="Created">When, or null.</param>
/// <param name="CreatedBy">The command, or null.</param>
/// <param name="Author">Who, or null.</param>
/// <param name="Comment">A remark, or null.</param>
/// <param name="EmptyLayer">Whether no layer belongs to it.</param>
public sealed record HistoryEntry(
    DateTimeOffset? Created,
    string? CreatedBy = null,
    string? Author = null,
    string? Comment = null,
    bool EmptyLayer = false);
