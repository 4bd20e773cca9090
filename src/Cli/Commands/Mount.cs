using LayerStore.Cli.Parsing;
using Snapshotter;
using Snapshotter.Layers.Mounts;

namespace LayerStore.Cli.Commands;

/// <summary><c>mount</c>.</summary>
internal sealed class Mount : CliCommand
{
    private readonly Argument<string> _name = Choices.Operand("NAME", "The image");
    private readonly Argument<string> _target = Choices.Operand("TARGET", "Where to; made if missing, and must be empty");
    private readonly Option<string?> _key = Choices.Text("--key", "KEY", "The snapshot's key; one that is there is mounted again (a new one)");
    private readonly Option<bool> _readOnly = Choices.Flag("--read-only", "Mount a view, which cannot be written; without --key it goes at umount");

    public Mount()
        : base("mount", "Make a snapshot of an image and mount it; prints the snapshot's key")
    {
        Add(_name);
        Add(_target);
        Add(_key);
        Add(_readOnly);
    }

    /// <inheritdoc/>
    public override Rehearsal Rehearsal => Rehearsal.Documents;

    /// <inheritdoc/>
    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using Store store = await session.OpenAsync(create: false, cancellationToken).ConfigureAwait(false);
        MountResult result = await store.MountAsync(
            session.Get(_name), session.Get(_target), session.Get(_key), session.Get(_readOnly), cancellationToken).ConfigureAwait(false);
        session.Log(LogLevel.Info, result.AlreadyMounted ? $"{result.Target} was mounted before" : $"mounted on {result.Target}");
        session.PrintName(result.Key);
    }
}
