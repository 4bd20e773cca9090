using System.Globalization;
using LayerStore.Cli.Output;
using LayerStore.Cli.Output.Json;
using LayerStore.Cli.Parsing;
using Snapshotter;
using Snapshotter.Layers.Collection;

namespace LayerStore.Cli.Commands;

/// <summary><c>du</c>.</summary>
internal sealed class Du : CliCommand
{
    private static readonly Listing<UsageShareRow> Listing = new(
        json => json.UsageShareRow,
        row => row.Holder ?? row.Class,
        new("CLASS", row => row.Class),
        new("HOLDER", row => row.Holder ?? string.Empty),
        new("COMPRESSED", row => ByteSize.Format(row.CompressedBytes), IsNumber: true),
        new("UNPACKED", row => ByteSize.Format(row.UnpackedBytes), IsNumber: true),
        new("OTHER", row => ByteSize.Format(row.OtherBytes), IsNumber: true),
        new("TOTAL", row => ByteSize.Format(row.TotalBytes), IsNumber: true));

    private readonly ListingOptions _listing;

    public Du()
        : base("du", "Say for every byte under the root why it is there") => _listing = new ListingOptions(this);

    /// <inheritdoc/>
    public override Rehearsal Rehearsal => Rehearsal.Documents;

    /// <inheritdoc/>
    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using Store? store = await session.TryOpenAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<UsageShare> shares = store is null ? [] : await store.MeasureUsageAsync(cancellationToken).ConfigureAwait(false);
        await Listing.WriteAsync(session, _listing, shares.Select(UsageShareRow.Of).ToAsyncEnumerable(), cancellationToken).ConfigureAwait(false);
        long total = shares.Sum(share => share.TotalBytes);
        session.Say(string.Create(CultureInfo.InvariantCulture, $"total: {total} bytes ({ByteSize.Format(total)})"));
    }
}
