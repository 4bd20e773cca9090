using LayerStore.Cli.Output;
using LayerStore.Cli.Output.Json;
using LayerStore.Cli.Parsing;
using Snapshotter;

namespace LayerStore.Cli.Commands.Content;

/// <summary><c>content ingests</c>.</summary>
internal sealed class ContentIngests : CliCommand
{
    private static readonly Listing<IngestRow> Listing = new(
        json => json.IngestRow,
        row => row.Reference,
        new("REFERENCE", row => row.Reference),
        new("BYTES", row => ByteSize.Format(row.Offset), IsNumber: true),
        new("OF", row => row.Total is { } total ? ByteSize.Format(total) : "", IsNumber: true),
        new("STARTED", row => Format.Time(row.StartedAt)),
        new("STATE", row => row.IsActive ? "active" : "kept"));

    private readonly Option<string?> _owner = OwnerFlags.Owner("Those");
    private readonly ListingOptions _listing;

    public ContentIngests()
        : base("ingests", "List the blobs that are being written, or were left to be resumed")
    {
        Add(_owner);
        _listing = new ListingOptions(this);
    }

    /// <inheritdoc/>
    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using Store? store = await session.TryOpenAsync(cancellationToken, session.Get(_owner)).ConfigureAwait(false);
        IAsyncEnumerable<IngestRow> rows = (store?.Content.ListIngestsAsync(cancellationToken) ?? AsyncEnumerable.Empty<LayerStore.Content.IngestStatus>()).Select(IngestRow.Of);
        await Listing.WriteAsync(session, _listing, rows, cancellationToken).ConfigureAwait(false);
    }
}
