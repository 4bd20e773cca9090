using LayerStore.Cli.Output;
using LayerStore.Cli.Output.Json;
using LayerStore.Cli.Parsing;
using Snapshotter;

namespace LayerStore.Cli.Commands.Snapshots;

/// <summary><c>snapshot info</c>.</summary>
internal sealed class SnapshotInfoCommand : CliCommand
{
    private readonly Argument<string> _key = Choices.Operand("KEY", "The snapshot's key or name");

    public SnapshotInfoCommand()
        : base("info", "Print what is recorded of a snapshot, as JSON") => Add(_key);

    /// <inheritdoc/>
    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using Store store = await session.OpenAsync(create: false, cancellationToken).ConfigureAwait(false);
        string key = session.Get(_key);
        SnapshotRow row = SnapshotRow.Of(
            await store.Snapshots.StatAsync(key, cancellationToken).ConfigureAwait(false) ?? throw Operands.NoSnapshot(key), StoreOwner.CommandLine);
        session.Print(JsonText.Format(row, CliJsonContext.Default.SnapshotRow, indented: true));
    }
}
