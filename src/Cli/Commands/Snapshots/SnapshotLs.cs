using System.Runtime.CompilerServices;
using LayerStore.Cli.Output;
using LayerStore.Cli.Output.Json;
using LayerStore.Cli.Parsing;
using Snapshotter;
using Snapshotter.Snapshots;

namespace LayerStore.Cli.Commands.Snapshots;

/// <summary><c>snapshot ls</c>.</summary>
internal sealed class SnapshotLs : CliCommand
{
    private static readonly Column<SnapshotRow>[] s_columns =
    [
        new("NAME", row => row.Name),
        new("KIND", row => row.Kind),
        new("PARENT", row => row.Parent ?? ""),
        new("CREATED", row => Format.Time(row.CreatedAt)),
        new("LABELS", row => Format.Labels(row.Labels)),
    ];

    private static readonly Listing<SnapshotRow> Listing = new(json => json.SnapshotRow, row => row.Name, s_columns);

    private static readonly Listing<SnapshotRow> ListingOfAll = new(
        json => json.SnapshotRow, row => row.Name, [new("OWNER", row => row.Owner), .. s_columns]);

    private readonly Option<string[]> _filters = Choices.Repeated(
        "--filter", "FILTER", "Only what matches, such as kind==active or labels.\"a\"==b; a comma is and, several options are or");

    private readonly Option<string?> _owner = OwnerFlags.Owner("Those");
    private readonly Option<bool> _allOwners = Choices.Flag("--all-owners", "Those of all owners, with their names in a first column");
    private readonly ListingOptions _listing;

    public SnapshotLs()
        : base("ls", "List the snapshots: committed ones by name, active ones and views by key")
    {
        Add(_filters);
        Add(_owner);
        Add(_allOwners);
        _listing = new ListingOptions(this);
    }

    /// <inheritdoc/>
    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        SnapshotFilter? filter = session.Has(_filters) ? SnapshotFilter.Parse(session.Get(_filters)!) : null;
        bool all = session.Get(_allOwners);
        IAsyncEnumerable<SnapshotRow> rows = RowsAsync(session, filter, cancellationToken);
        await (all ? ListingOfAll : Listing).WriteAsync(session, _listing, rows, cancellationToken).ConfigureAwait(false);
    }

    private async IAsyncEnumerable<SnapshotRow> RowsAsync(
        Session session, SnapshotFilter? filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IReadOnlyList<string> owners = [session.Get(_owner) ?? StoreOwner.CommandLine];
        if (session.Get(_allOwners))
        {
            await using Store? any = await session.TryOpenAsync(cancellationToken).ConfigureAwait(false);
            owners = any?.ListOwners() ?? [];
        }

        foreach (string owner in owners)
        {
            await using Store? store = await session.TryOpenAsync(cancellationToken, owner).ConfigureAwait(false);
            await foreach (SnapshotInfo snapshot in store?.Snapshots.ListAsync(filter, cancellationToken) ?? AsyncEnumerable.Empty<SnapshotInfo>())
            {
                yield return SnapshotRow.Of(snapshot, owner);
            }
        }
    }
}
