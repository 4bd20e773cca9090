using LayerStore.Cli.Parsing;
using Snapshotter;
using Snapshotter.Layers.Mounts;

namespace LayerStore.Cli.Commands;

/// <summary><c>umount</c>.</summary>
internal sealed class Umount : CliCommand
{
    private readonly Argument<string> _what = Choices.Operand("TARGET|KEY", "A mount point of this store, else the key of a snapshot");
    private readonly Option<bool> _remove = Choices.Flag("--rm", "Remove the snapshot too, with all that was written to it");

    public Umount()
        : base("umount", "Unmount a snapshot")
    {
        Add(_what);
        Add(_remove);
    }

    /// <inheritdoc/>
    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using Store store = await session.OpenAsync(create: false, cancellationToken, leaveTrash: true).ConfigureAwait(false);
        try
        {
            UnmountResult result = await store.UnmountAsync(session.Get(_what), session.Get(_remove), cancellationToken).ConfigureAwait(false);
            session.Log(LogLevel.Info, $"unmounted {result.Target ?? "nothing"}{(result.Removed ? $", removed snapshot {result.Key}" : "")}");
        }
        finally
        {
            await session.FreeRemovedAsync(store).ConfigureAwait(false);
        }
    }
}
