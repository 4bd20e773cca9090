using LayerStore.Cli.Output;
using LayerStore.Cli.Output.Json;
using LayerStore.Cli.Parsing;
using LayerStore.Cli.Progress;
using Snapshotter;
using Snapshotter.Layers.Check;

namespace LayerStore.Cli.Commands;

/// <summary><c>check</c>.</summary>
internal sealed class Check : CliCommand
{
    private static readonly Listing<FindingRow> Listing = new(
        json => json.FindingRow,
        row => row.Path ?? row.Id,
        new("STATE", row => row.Repaired ? "repaired" : row.Damage ? "damage" : "note"),
        new("SUBJECT", row => row.Subject),
        new("ID", row => row.Id),
        new("PATH", row => row.Path ?? string.Empty),
        new("WHAT", row => row.What));

    private readonly Option<bool> _readData = Choices.Flag("--read-data", "Read every blob and file, not only those that look changed");
    private readonly Option<bool> _repair = Choices.Flag("--repair", "Mend what can be mended with what is here");
    private readonly Option<long?> _maxRate = Choices.Number("--max-rate", "BYTES", "The most bytes to read in a second");
    private readonly Option<ProgressMode> _progress = ProgressOption.Create();
    private readonly ListingOptions _listing;

    public Check()
        : base("check", "Verify the store, and mend it")
    {
        Add(_readData);
        Add(_repair);
        Add(_maxRate);
        Add(_progress);
        _listing = new ListingOptions(this);
    }

    /// <inheritdoc/>
    public override Rehearsal Rehearsal => Rehearsal.Documents;

    /// <inheritdoc/>
    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using Store? store = await session.TryOpenAsync(cancellationToken).ConfigureAwait(false);
        if (store is null)
        {
            session.Say($"no store here: {session.Root}");
            await Listing.WriteAsync(session, _listing, AsyncEnumerable.Empty<FindingRow>(), cancellationToken).ConfigureAwait(false);
            return;
        }

        CheckOptions options = new()
        {
            ReadData = session.Get(_readData),
            Repair = session.Get(_repair),
            BytesPerSecond = session.Get(_maxRate),
        };
        CheckReport report;
        using (ProgressDisplay progress = session.ShowProgress(_progress))
        {
            report = await store.CheckAsync(options, progress, cancellationToken).ConfigureAwait(false);
        }

        await Listing.WriteAsync(session, _listing, report.Findings.Select(FindingRow.Of).ToAsyncEnumerable(), cancellationToken).ConfigureAwait(false);
        int damaged = report.Findings.Count(finding => finding.IsDamage && !finding.IsRepaired);
        session.Say($"checked blobs: {report.Blobs}, unpacked layers: {report.Layers}; damaged: {damaged},"
            + $" repaired: {report.Findings.Count(finding => finding.IsRepaired)}, notes: {report.Findings.Count(finding => !finding.IsDamage && !finding.IsRepaired)}");
        if (!report.IsSound)
        {
            session.Host.Flush();
            throw new LayerStoreException(
                ErrorKind.DataLoss,
                $"the store is damaged in {damaged} places",
                options.Repair ? "Pull the images that are named above again, then check once more." : "Heal what can be healed with: layerstore check --repair");
        }
    }
}
