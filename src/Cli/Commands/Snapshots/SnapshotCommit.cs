using LayerStore.Cli.Parsing;
using Snapshotter;

namespace LayerStore.Cli.Commands.Snapshots;

/// <summary><c>snapshot commit</c>; the operands stand as in ctr.</summary>
internal sealed class SnapshotCommit : CliCommand
{
    private readonly Argument<string> _name = Choices.Operand("NAME", "The name of the committed snapshot");
    private readonly Argument<string> _key = Choices.Operand("KEY", "The active snapshot; gone afterwards");
    private readonly Option<string?> _parent = Choices.Text("--parent", "PARENT", "Stand on this committed snapshot, if it was prepared without a parent");
    private readonly Option<string[]> _labels = Choices.Labels();

    public SnapshotCommit()
        : base("commit", "Turn an active snapshot into a committed one")
    {
        Add(_name);
        Add(_key);
        Add(_parent);
        Add(_labels);
    }

    /// <inheritdoc/>
    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, string> labels = Operands.Labels(session.Get(_labels));
        await using Store store = await session.OpenAsync(create: false, cancellationToken).ConfigureAwait(false);
        await store.Snapshots.CommitAsync(session.Get(_name), session.Get(_key), labels, session.Get(_parent), cancellationToken).ConfigureAwait(false);
    }
}
