using Snapshotter.Snapshots;

namespace LayerStore.Cli.Output.Json;

/// <summary>A snapshot, as listed.</summary>
internal sealed record SnapshotRow(
    string Name, string Kind, string? Parent, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, IReadOnlyDictionary<string, string> Labels, string Owner)
{
    /// <summary>The row of a snapshot.</summary>
    public static SnapshotRow Of(SnapshotInfo snapshot, string owner) => new(
        snapshot.Name, Word(snapshot.Kind), snapshot.Parent, snapshot.CreatedAt, snapshot.UpdatedAt, snapshot.Labels, owner);

    /// <summary>A kind in words.</summary>
    public static string Word(SnapshotKind kind) => kind switch
    {
        SnapshotKind.Active => "active",
        SnapshotKind.View => "view",
        _ => "committed",
    };
}
