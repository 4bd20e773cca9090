using LayerStore.Cli.Parsing;
using Snapshotter;

namespace LayerStore.Cli.Commands.Leases;

/// <summary><c>lease create</c>.</summary>
internal sealed class LeaseCreate : CliCommand
{
    private readonly Argument<string> _id = Choices.Operand("ID", "Its name");
    private readonly Option<TimeSpan?> _expires = Choices.Duration("--expires", "For how long it keeps things, such as 90s, 30m, 24h or 7d (until it is removed)");
    private readonly Option<string[]> _labels = Choices.Labels();

    public LeaseCreate()
        : base("create", "Make a lease, which keeps things from the collector; prints its name")
    {
        Add(_id);
        Add(_expires);
        Add(_labels);
    }

    /// <inheritdoc/>
    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, string> labels = Operands.Labels(session.Get(_labels));
        await using Store store = await session.OpenAsync(create: true, cancellationToken).ConfigureAwait(false);
        string id = session.Get(_id);
        await store.Leases.CreateAsync(id, session.Get(_expires), labels, cancellationToken).ConfigureAwait(false);
        session.PrintName(id);
    }
}
