using LayerStore.Cli.Parsing;
using Snapshotter;

namespace LayerStore.Cli.Commands.Snapshots;

/// <summary><c>snapshot rm</c>.</summary>
internal sealed class SnapshotRm : CliCommand
{
    private readonly Argument<string[]> _keys = Choices.Operands("KEY", "Keys and names");
    private readonly Option<string?> _owner = OwnerFlags.Owner("Those");

    public SnapshotRm()
        : base("rm", "Remove snapshots that no other stands on")
    {
        Add(_keys);
        Add(_owner);
    }

    /// <inheritdoc/>
    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using Store store = await session.OpenAsync(create: false, cancellationToken, owner: session.Get(_owner), leaveTrash: true).ConfigureAwait(false);
        try
        {
            foreach (string key in session.Get(_keys))
            {
                await store.Snapshots.RemoveAsync(key, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            await session.FreeRemovedAsync(store).ConfigureAwait(false);
        }
    }
}
