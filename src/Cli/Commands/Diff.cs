using LayerStore.Cli.Output;
using LayerStore.Cli.Output.Json;
using LayerStore.Cli.Parsing;
using LayerStore.Tar;
using Snapshotter;
using Snapshotter.Layers;

namespace LayerStore.Cli.Commands;

/// <summary><c>diff</c>.</summary>
internal sealed class Diff : CliCommand
{
    private static readonly Listing<ChangeRow> Listing = new(
        json => json.ChangeRow,
        row => row.Path,
        new("CHANGE", row => row.Kind),
        new("PATH", row => row.Path, MaxLength: int.MaxValue));

    private readonly Argument<string> _key = Choices.Operand("KEY", "The snapshot");
    private readonly Option<string?> _output = Choices.Text("--output", "FILE", "Where the layer goes; - is standard output (-)", "-o");
    private readonly Option<bool> _summary = Choices.Flag("--summary", "List the changed paths instead");
    private readonly ListingOptions _listing;

    public Diff()
        : base("diff", "Write what a snapshot changed as an uncompressed layer")
    {
        Add(_key);
        Add(_output);
        Add(_summary);
        _listing = new ListingOptions(this);
    }

    /// <inheritdoc/>
    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        string output = session.Get(_output) ?? "-";
        bool summary = session.Get(_summary);
        Timestamp? latest = SourceDate.ReadTimestamp(session.Host.Variable);
        Check(session, output, summary);
        await using Store store = await session.OpenAsync(create: false, cancellationToken).ConfigureAwait(false);
        string key = session.Get(_key);
        if (summary)
        {
            IReadOnlyList<PathChange> changes = await store.SummarizeAsync(key, cancellationToken).ConfigureAwait(false);
            await Listing.WriteAsync(session, _listing, changes.Select(Row).ToAsyncEnumerable(), cancellationToken).ConfigureAwait(false);
        }
        else if (output == "-")
        {
            await store.DiffAsync(key, session.Host.Output, latest, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await OutputFile.WriteAsync(output, file => store.DiffAsync(key, file, latest, cancellationToken)).ConfigureAwait(false);
        }
    }

    private void Check(Session session, string output, bool summary)
    {
        if (!summary && output == "-")
        {
            session.RefuseTerminal("a layer");
        }

        if (summary ? session.Has(_output) : session.Has(_listing.Format) || session.Has(_listing.Quiet) || session.Has(_listing.NoTruncation))
        {
            throw new LayerStoreException(
                ErrorKind.InvalidArgument, "--output is for a layer; --format, --quiet and --no-trunc are for --summary", $"Usage: {HelpText.Usage(this)}");
        }
    }

    private static ChangeRow Row(PathChange change)
    {
        string kind = change.Kind switch
        {
            ChangeKind.Added => "added",
            ChangeKind.Modified => "modified",
            _ => "deleted",
        };
        PathText path = PathText.Of(change.Path);
        return new ChangeRow(kind, path.Text, path.Base64);
    }
}
