using LayerStore.Cli.Doctoring;
using LayerStore.Cli.Output;
using LayerStore.Cli.Output.Json;
using Snapshotter.Doctor;

namespace LayerStore.Cli.Commands;

/// <summary><c>doctor</c>.</summary>
internal sealed class Doctor : CliCommand
{
    private const int Green = 32;
    private const int Red = 31;

    private static readonly Listing<DiagnosisRow> Listing = new(json => json.DiagnosisRow, row => row.Name);

    private readonly ListingOptions _listing;

    public Doctor()
        : base("doctor", "Try what a store needs of this machine, and say what mends the rest") => _listing = new ListingOptions(this);

    /// <inheritdoc/>
    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        List<Diagnosis> lines = [];
        bool isTable = session.Get(_listing.Format) == OutputFormat.Table && !session.Get(_listing.Quiet);
        IEnumerable<Diagnosis> all = StoreDoctor.Examine(session.Root, new DoctorOptions { Driver = session.Driver }, cancellationToken)
            .Concat(new DaemonDoctor(session.Root, session.Host.Variable).Examine());
        foreach (Diagnosis line in all)
        {
            lines.Add(line);
            if (isTable)
            {
                Print(session, line);
            }
        }

        if (!isTable)
        {
            await Listing.WriteAsync(session, _listing, lines.Select(DiagnosisRow.Of).ToAsyncEnumerable(), cancellationToken).ConfigureAwait(false);
        }

        if (lines.FindAll(line => line.IsRequired && !line.IsHealthy) is { Count: > 0 } missing)
        {
            session.Host.Flush();
            throw new LayerStoreException(
                missing[0].Failure,
                $"this machine lacks what the store needs: {string.Join(", ", missing.Select(line => line.Name))}",
                "The commands above mend it.");
        }
    }

    /// <summary>What is as it should be is one line; what is not has a second one, with the command that mends it.</summary>
    private static void Print(Session session, Diagnosis line)
    {
        string word = line.IsHealthy ? "ok" : line.IsRequired ? "bad" : "no";
        string state = session.Host.OutputHasColor ? $"\e[{(line.IsHealthy ? Green : Red)}m{word,-4}\e[0m" : $"{word,-4}";
        session.Print($"{state} {line.Name,-17} {Printable.Text(line.What)}");
        if (line.Remedy is { } remedy)
        {
            session.Print($"{"",-22} mend it: {Printable.Text(remedy)}");
        }
    }
}
