using System.CommandLine;
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
    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using Store store = await session.OpenAsync(create: false, cancellationToken).ConfigureAwait(false);
        foreach (string name in session.Get(_names))
        {
            RemovalResult plan = await store.RemoveImageAsync(name, dryRun: true, cancellationToken).ConfigureAwait(false);
            session.Say($"removing {name} frees {Freed.Describe(plan.Freed)}");
            if (!session.Get(_dryRun))
            {
                RemovalResult result = await store.RemoveImageAsync(name, dryRun: false, cancellationToken).ConfigureAwait(false);
                session.Say($"removed {name}; freed {Freed.Describe(result.Freed)}");
            }

            if (plan.KeptBySnapshots.Count > 0)
            {
                session.Say($"kept what these snapshots use: {string.Join(", ", plan.KeptBySnapshots.Select(Printable.Text))}");
            }

            if (plan.KeptByOwners.Count > 0)
            {
                session.Say($"kept what these owners use: {string.Join(", ", plan.KeptByOwners.Select(Printable.Text))}");
            }
        }
    }
}
