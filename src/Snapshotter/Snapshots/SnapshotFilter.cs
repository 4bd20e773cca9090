using LayerStore.Filters;

namespace Snapshotter.Snapshots;

/// <summary>
/// containerd's filter language (<see cref="Filter"/>) over snapshots. The fields are <c>name</c>, <c>parent</c>, <c>kind</c> and
/// <c>labels."key"</c>.
/// </summary>
public sealed class SnapshotFilter
{
    private readonly Filter _filter;

    private SnapshotFilter(Filter filter) => _filter = filter;

    /// <summary>Parses filters, of which any may match; none at all let everything through.</summary>
    /// <exception cref="LayerStore.LayerStoreException"><see cref="LayerStore.ErrorKind.InvalidArgument"/>: not the grammar.</exception>
    public static SnapshotFilter Parse(params IReadOnlyList<string> filters) => new(Filter.Parse(filters));

    /// <summary>Whether one of the filters lets this snapshot through.</summary>
    public bool Matches(SnapshotInfo snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return _filter.Matches((IReadOnlyList<string> path, out string? value) =>
        {
            value = path[0] switch
            {
                "name" => snapshot.Name,
                "parent" => snapshot.Parent ?? string.Empty,
                "kind" => snapshot.Kind.ToString().ToLowerInvariant(),
                _ => null,
            };
            return value is not null || Filter.TryLabel(path, snapshot.Labels, out value);
        });
    }
}
