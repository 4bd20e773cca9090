using LayerStore.Cli.Parsing;
using Snapshotter;

namespace LayerStore.Cli.Commands.Leases;

/// <summary><c>lease rm</c>.</summary>
internal sealed class LeaseRm : CliCommand
{
    private readonly Argument<string[]> _ids = Choices.Operands("ID", "The leases");

    public LeaseRm()
        : base("rm", "Remove leases; what they kept goes with the next collection, unless something else keeps it") => Add(_ids);

    /// <inheritdoc/>
    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using Store store = await session.OpenAsync(create: false, cancellationToken).ConfigureAwait(false);
        foreach (string id in session.Get(_ids))
        {
            await store.Leases.DeleteAsync(id, cancellationToken).ConfigureAwait(false);
        }
    }
}
