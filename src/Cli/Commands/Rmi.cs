using LayerStore.Cli.Output;
using LayerStore.Cli.Parsing;
using Snapshotter;
using Snapshotter.Layers.Collection;

namespace LayerStore.Cli.Commands;

/// <summary><c>rmi</c>.</summary>
internal sealed class Rmi : CliCommand
{
    private readonly Argument<string[]> _names = Choices.Operands("NAME", "The images");
    private readonly Option<bool> _dryRun = Choices.Flag("--dry-run", "Only say what would be freed");

    public Rmi()
        : base("rmi", "Remove images, and free what only they held")
    {
        Add(_names);
        Add(_dryRun);
    }

    /// <inheritdoc/>
    public override Rehearsal Rehearsal => Rehearsal.Documents;

    /// <inheritdoc/>
    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        bool dryRun = session.Get(_dryRun);
        await using Store store = await session.OpenAsync(create: false, cancellationToken, leaveTrash: true).ConfigureAwait(false);
        try
        {
            foreach (string name in session.Get(_names))
            {
                RemovalResult result = await store.RemoveImageAsync(
                    name, dryRun, plan => session.Say($"removing {name} frees {Freed.Describe(plan.Freed)}"), cancellationToken).ConfigureAwait(false);
                Report(session, name, result, dryRun);
            }
        }
        finally
        {
            await session.FreeRemovedAsync(store).ConfigureAwait(false);
        }
    }

    private static void Report(Session session, string name, RemovalResult result, bool dryRun)
    {
        if (!dryRun)
        {
            session.Say($"removed {name}; freed {Freed.Describe(result.Freed)}");
        }

        if (result.KeptBySnapshots.Count > 0)
        {
            session.Say($"kept what these snapshots use: {string.Join(", ", result.KeptBySnapshots.Select(Printable.Text))}");
        }

        if (result.KeptByOwners.Count > 0)
        {
            session.Say($"kept what these owners use: {string.Join(", ", result.KeptByOwners.Select(Printable.Text))}");
        }
    }
}
