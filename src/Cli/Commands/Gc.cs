using LayerStore.Cli.Output;
using LayerStore.Cli.Output.Json;
using LayerStore.Cli.Parsing;
using Snapshotter;
using Snapshotter.Layers.Collection;

namespace LayerStore.Cli.Commands;

/// <summary><c>gc</c>.</summary>
internal sealed class Gc : CliCommand
{
    private static readonly Listing<CollectedRow> Listing = new(
        json => json.CollectedRow,
        row => row.Name,
        new("KIND", row => row.Kind),
        new("NAME", row => row.Name),
        new("BYTES", row => ByteSize.Format(row.Bytes), IsNumber: true));

    private readonly Option<bool> _dryRun = Choices.Flag("--dry-run", "Only say what would be freed");
    private readonly Option<bool> _trash = Choices.Flag("--trash", "Only finish freeing what was removed already");
    private readonly ListingOptions _listing;

    public Gc()
        : base("gc", "Free what no image, lease or snapshot holds")
    {
        Add(_dryRun);
        Add(_trash);
        _listing = new ListingOptions(this);
    }

    /// <inheritdoc/>
    public override Rehearsal Rehearsal => Rehearsal.Documents;

    /// <inheritdoc/>
    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        bool dryRun = session.Get(_dryRun);
        if (dryRun && session.Get(_trash))
        {
            throw new LayerStoreException(ErrorKind.InvalidArgument, "--dry-run and --trash do not go together", $"Usage: {HelpText.Usage(this)}");
        }

        await using Store? store = await session.TryOpenAsync(cancellationToken).ConfigureAwait(false);
        if (session.Get(_trash))
        {
            await (store?.EmptyTrashAsync(cancellationToken) ?? Task.CompletedTask).ConfigureAwait(false);
            return;
        }

        CollectionResult result = store is null ? new CollectionResult([]) : await store.CollectAsync(dryRun, cancellationToken).ConfigureAwait(false);
        await Listing.WriteAsync(session, _listing, result.Items.Select(CollectedRow.Of).ToAsyncEnumerable(), cancellationToken).ConfigureAwait(false);
        session.Say(dryRun ? $"gc would free {Freed.Describe(result)}" : $"freed {Freed.Describe(result)}");
    }
}
