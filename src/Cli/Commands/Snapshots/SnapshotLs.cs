using System.CommandLine;
using LayerStore.Cli.Output;
using LayerStore.Cli.Output.Json;
using LayerStore.Cli.Parsing;
using Snapshotter;
using Snapshotter.Snapshots;

namespace LayerStore.Cli.Commands.Snapshots;

/// <summary><c>snapshot ls</c>.</summary>
internal sealed class SnapshotLs : CliCommand
{
    private static readonly Listing<SnapshotRow> Listing = new(
        CliJsonContext.Default.SnapshotRow,
        row => row.Name,
        new("NAME", row => row.Name),
        new("KIND", row => row.Kind),
        new("PARENT", row => row.Parent ?? ""),
        new("CREATED", row => Format.Time(row.CreatedAt)),
        new("LABELS", row => Format.Labels(row.Labels)));

    private readonly Option<string[]> _filters = Choices.Repeated(
        "--filter", "FILTER", "Only what matches, such as kind==active or labels.\"a\"==b; a comma is and, several options are or");

    private readonly ListingOptions _listing;

    public SnapshotLs()
        : base("ls", "List the snapshots: committed ones by name, active ones and views by key")
    {
        Add(_filters);
        _listing = new ListingOptions(this);
    }

    /// <inheritdoc/>
    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        SnapshotFilter? filter = session.Has(_filters) ? SnapshotFilter.Parse(session.Get(_filters)!) : null;
        await using Store? store = await session.TryOpenAsync(cancellationToken).ConfigureAwait(false);
        IAsyncEnumerable<SnapshotRow> rows = (store?.Snapshots.ListAsync(filter, cancellationToken) ?? AsyncEnumerable.Empty<SnapshotInfo>()).Select(SnapshotRow.Of);
        await Listing.WriteAsync(session, _listing, rows, cancellationToken).ConfigureAwait(false);
    }
}
