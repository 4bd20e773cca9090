using Snapshotter.Snapshots;

namespace LayerStore.Cli.Output.Json;

/// <summary>A snapshot, as listed.</summary>
internal sealed record SnapshotRow(
    string Name, string Kind, string? Parent, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, IReadOnlyDictionary<string, string> Labels)
{
    /// <summary>The row of a snapshot.</summary>
    public static SnapshotRow Of(SnapshotInfo snapshot) => new(
        snapshot.Name, Word(snapshot.Kind), snapshot.Parent, snapshot.CreatedAt, snapshot.UpdatedAt, snapshot.Labels);

    /// <summary>A kind in words.</summary>
    public static string Word(SnapshotKind kind) => kind switch
    {
        SnapshotKind.Active => "active",
        SnapshotKind.View => "view",
        _ => "committed",
    };
}
