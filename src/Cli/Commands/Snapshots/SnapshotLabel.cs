using LayerStore.Cli.Parsing;
using Snapshotter;

namespace LayerStore.Cli.Commands.Snapshots;

/// <summary><c>snapshot label</c>.</summary>
internal sealed class SnapshotLabel : CliCommand
{
    private readonly Argument<string> _key = Choices.Operand("KEY", "The snapshot's key or name");
    private readonly Argument<string[]> _labels = Choices.Operands("NAME=VALUE", "Labels; an empty value removes one");

    public SnapshotLabel()
        : base("label", "Set labels of a snapshot, and leave its others alone")
    {
        Add(_key);
        Add(_labels);
    }

    /// <inheritdoc/>
    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        Dictionary<string, string?> changes = Operands.Labels(session.Get(_labels)).ToDictionary(label => label.Key, label => (string?)label.Value);
        await using Store store = await session.OpenAsync(create: false, cancellationToken).ConfigureAwait(false);
        await store.Snapshots.SetLabelsAsync(session.Get(_key), changes, cancellationToken: cancellationToken).ConfigureAwait(false);
    }
}
