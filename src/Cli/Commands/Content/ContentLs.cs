using LayerStore.Cli.Output;
using LayerStore.Cli.Output.Json;
using LayerStore.Cli.Parsing;
using Snapshotter;

namespace LayerStore.Cli.Commands.Content;

/// <summary><c>content ls</c>.</summary>
internal sealed class ContentLs : CliCommand
{
    private static readonly Listing<BlobRow> Listing = new(
        json => json.BlobRow,
        row => row.Digest,
        new("DIGEST", row => row.Digest),
        new("BYTES", row => ByteSize.Format(row.Size), IsNumber: true),
        new("CREATED", row => Format.Time(row.CreatedAt)),
        new("LABELS", row => Format.Labels(row.Labels)));

    private readonly Option<string?> _owner = OwnerFlags.Owner("Those");
    private readonly ListingOptions _listing;

    public ContentLs()
        : base("ls", "List the blobs")
    {
        Add(_owner);
        _listing = new ListingOptions(this);
    }

    /// <inheritdoc/>
    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using Store? store = await session.TryOpenAsync(cancellationToken, session.Get(_owner)).ConfigureAwait(false);
        IAsyncEnumerable<BlobRow> rows = (store?.Content.ListAsync(cancellationToken) ?? AsyncEnumerable.Empty<LayerStore.Content.BlobInfo>()).Select(BlobRow.Of);
        await Listing.WriteAsync(session, _listing, rows, cancellationToken).ConfigureAwait(false);
    }
}
