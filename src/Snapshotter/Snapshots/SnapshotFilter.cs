using Snapshotter.Snapshots.Filters;

namespace Snapshotter.Snapshots;

/// <summary>
/// containerd's filter language over snapshots: <c>kind==active,labels."a.b"~=^x</c>. A comma is AND, several filters are
/// ORed; the fields are <c>name</c>, <c>parent</c>, <c>kind</c> and <c>labels."key"</c>; the operators <c>==</c>,
/// <c>!=</c>, <c>~=</c> (regular expression) and presence (no operator). An unknown field matches nothing.
/// </summary>
/// <remarks>
/// A value is plain up to a comma or space, or quoted: <c>"a, b"</c>, with Go's escapes; a regular expression also as
/// <c>/a, b/</c> or <c>|a, b|</c>. A label that is not set equals nothing, differs from every non-empty value, and is
/// empty to a regular expression. An empty filter lets all through. (containerd, package <c>filters</c>.)
/// </remarks>
public sealed class SnapshotFilter
{
    // Any of the lists may match; all selectors of a list must.
    private readonly IReadOnlyList<IReadOnlyList<FilterSelector>> _alternatives;

    private SnapshotFilter(IReadOnlyList<IReadOnlyList<FilterSelector>> alternatives) => _alternatives = alternatives;

    /// <summary>Parses filters, of which any may match; none at all let everything through.</summary>
    /// <exception cref="LayerStore.LayerStoreException"><see cref="LayerStore.ErrorKind.InvalidArgument"/>: not the grammar.</exception>
    public static SnapshotFilter Parse(params IReadOnlyList<string> filters)
    {
        ArgumentNullException.ThrowIfNull(filters);
        return new SnapshotFilter([.. filters.Select(f => new FilterParser(f).Parse())]);
    }

    /// <summary>Whether one of the filters lets this snapshot through.</summary>
    public bool Matches(SnapshotInfo snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return _alternatives.Count == 0 || _alternatives.Any(all => all.All(selector => selector.Matches(snapshot)));
    }
}
