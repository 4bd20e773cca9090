using System.Runtime.CompilerServices;
using LayerStore.Cli.Output;
using LayerStore.Cli.Output.Json;
using LayerStore.Cli.Parsing;
using Snapshotter;
using Snapshotter.Snapshots;

namespace LayerStore.Cli.Commands.Snapshots;

/// <summary><c>snapshot usage</c>.</summary>
internal sealed class SnapshotUsageCommand : CliCommand
{
    private static readonly Listing<UsageRow> Listing = new(
        json => json.UsageRow,
        row => row.Name,
        new("NAME", row => row.Name),
        new("UNPACKED", row => ByteSize.Format(row.Bytes), IsNumber: true),
        new("INODES", row => Format.Count(row.Inodes), IsNumber: true));

    private readonly Argument<string[]> _keys = Choices.OptionalOperands("KEY", "Keys and names (all)");
    private readonly ListingOptions _listing;

    public SnapshotUsageCommand()
        : base("usage", "Show what a snapshot's own layer takes on the disk, without what it stands on")
    {
        Add(_keys);
        _listing = new ListingOptions(this);
    }

    /// <inheritdoc/>
    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        string[] keys = session.Get(_keys);
        await using Store? store = keys.Length == 0
            ? await session.TryOpenAsync(cancellationToken).ConfigureAwait(false)
            : await session.OpenAsync(create: false, cancellationToken).ConfigureAwait(false);
        IAsyncEnumerable<UsageRow> rows = store is null ? AsyncEnumerable.Empty<UsageRow>() : MeasureAsync(store.Snapshots, keys, cancellationToken);
        await Listing.WriteAsync(session, _listing, rows, cancellationToken).ConfigureAwait(false);
    }

    private static async IAsyncEnumerable<UsageRow> MeasureAsync(
        ISnapshotter snapshots, string[] keys, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IAsyncEnumerable<string> names = keys.Length == 0
            ? snapshots.ListAsync(null, cancellationToken).Select(snapshot => snapshot.Name)
            : keys.ToAsyncEnumerable();
        await foreach (string name in names.ConfigureAwait(false))
        {
            SnapshotUsage usage = await snapshots.UsageAsync(name, cancellationToken).ConfigureAwait(false);
            yield return new UsageRow(name, usage.Bytes, usage.Inodes);
        }
    }
}
