namespace Snapshotter.Snapshots;

/// <summary>
/// containerd's filter language over snapshots: <c>kind==active,labels."a.b"~=^x</c>. A comma is AND, several filters are
/// ORed; the fields are <c>name</c>, <c>parent</c>, <c>kind</c> and <c>labels."key"</c>; the operators <c>==</c>,
/// <c>!=</c>, <c>~=</c> (regular expression) and presence (no operator). An unknown field matches nothing.
/// </summary>
public sealed class SnapshotFilter
{
    /// <summary>Parses filters, of which any may match.</summary>
    /// <exception cref="LayerStore.LayerStoreException"><see cref="LayerStore.ErrorKind.InvalidArgument"/>: not the grammar.</exception>
    public static SnapshotFilter Parse(params IReadOnlyList<string> filters) => throw new NotImplementedException();

    /// <summary>Whether one of the filters lets this snapshot through.</summary>
    public bool Matches(SnapshotInfo snapshot) => throw new NotImplementedException();
}
