using LayerStore.Cli.Output;
using LayerStore.Cli.Parsing;
using Snapshotter;

namespace LayerStore.Cli.Commands.Snapshots;

/// <summary><c>snapshot mounts</c>.</summary>
internal sealed class SnapshotMounts : CliCommand
{
    private readonly Argument<string> _key = Choices.Operand("KEY", "An active snapshot or a view");
    private readonly Argument<string> _target = Choices.Operand("TARGET", "The mount point");

    public SnapshotMounts()
        : base("mounts", "Print the commands that mount a snapshot, for a shell to run")
    {
        Add(_key);
        Add(_target);
    }

    /// <inheritdoc/>
    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using Store store = await session.OpenAsync(create: false, cancellationToken).ConfigureAwait(false);
        MountCommands.Print(
            session, await store.Snapshots.MountsAsync(session.Get(_key), cancellationToken).ConfigureAwait(false), session.Get(_target));
    }
}
