using LayerStore.Cli.Output;
using LayerStore.Cli.Output.Json;
using LayerStore.Cli.Parsing;
using Snapshotter;
using Snapshotter.Layers.Collection;

namespace LayerStore.Cli.Commands;

/// <summary><c>why</c>.</summary>
internal sealed class Why : CliCommand
{
    private static readonly Listing<HolderRow> Listing = new(
        json => json.HolderRow,
        row => row.Root.Name,
        new("ROOT", row => row.Root.Kind),
        new("PATH", Describe, MaxLength: int.MaxValue));

    private readonly Argument<string> _thing = Choices.Operand("DIGEST|KEY|PATH", "A blob, layer or snapshot, or a file in the store or in a mounted snapshot");
    private readonly ListingOptions _listing;

    public Why()
        : base("why", "Show what holds a thing, as a path from an image, snapshot or lease")
    {
        Add(_thing);
        _listing = new ListingOptions(this);
    }

    /// <inheritdoc/>
    public override Rehearsal Rehearsal => Rehearsal.Documents;

    /// <inheritdoc/>
    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        string thing = session.Get(_thing);
        await using Store store = await session.OpenAsync(create: false, cancellationToken).ConfigureAwait(false);
        HoldingReport report = await store.FindHoldersAsync(thing, cancellationToken).ConfigureAwait(false);
        await Listing.WriteAsync(session, _listing, report.Paths.Select(HolderRow.Of).ToAsyncEnumerable(), cancellationToken).ConfigureAwait(false);
        if (report.Paths.Count == 0)
        {
            session.Say($"nothing holds {thing}: gc frees it");
        }
    }

    // An owner claims what it has; all other steps lead to the next one.
    private static string Describe(HolderRow row) =>
        string.Concat(row.Path.Select((step, i) => i == 0 ? step.Name : $"{(i == 1 && row.Root.Kind == "owner" ? " claims" : " ->")} {step.Kind} {step.Name}"));
}
