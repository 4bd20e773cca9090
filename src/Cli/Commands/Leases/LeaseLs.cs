using LayerStore.Cli.Output;
using LayerStore.Cli.Output.Json;
using Snapshotter;

namespace LayerStore.Cli.Commands.Leases;

/// <summary><c>lease ls</c>.</summary>
internal sealed class LeaseLs : CliCommand
{
    private static readonly Listing<LeaseRow> Listing = new(
        json => json.LeaseRow,
        row => row.Id,
        new("ID", row => row.Id),
        new("CREATED", row => Format.Time(row.CreatedAt)),
        new("EXPIRES", row => row.ExpiresAt is { } time ? Format.Time(time) : "never"),
        new("LABELS", row => Format.Labels(row.Labels)));

    private readonly ListingOptions _listing;

    public LeaseLs()
        : base("ls", "List the leases") => _listing = new ListingOptions(this);

    /// <inheritdoc/>
    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using Store? store = await session.TryOpenAsync(cancellationToken).ConfigureAwait(false);
        IAsyncEnumerable<LeaseRow> rows = (store?.Leases.ListAsync(cancellationToken) ?? AsyncEnumerable.Empty<LayerStore.Leases.Lease>()).Select(LeaseRow.Of);
        await Listing.WriteAsync(session, _listing, rows, cancellationToken).ConfigureAwait(false);
    }
}
