using LayerStore.Cli.Output;
using LayerStore.Cli.Parsing;
using Snapshotter;
using Snapshotter.Snapshots;

namespace LayerStore.Cli.Commands.Snapshots;

/// <summary><c>snapshot prepare</c> and <c>snapshot view</c>.</summary>
internal sealed class SnapshotPrepare : CliCommand
{
    private readonly SnapshotKind _kind;
    private readonly Argument<string> _key = Choices.Operand("KEY", "Its key");
    private readonly Argument<string?> _parent = Choices.OptionalOperand("PARENT", "The committed snapshot it stands on (none)");
    private readonly Option<string?> _target = Choices.Text("--target", "TARGET", "Print the commands that mount it there");
    private readonly Option<string[]> _labels = Choices.Labels();

    private SnapshotPrepare(SnapshotKind kind, string name, string description)
        : base(name, description)
    {
        _kind = kind;
        Add(_key);
        Add(_parent);
        Add(_target);
        Add(_labels);
    }

    /// <summary><c>snapshot prepare</c>.</summary>
    public static SnapshotPrepare Active() => new(SnapshotKind.Active, "prepare", "Make an active snapshot, which can be written");

    /// <summary><c>snapshot view</c>.</summary>
    public static SnapshotPrepare View() => new(SnapshotKind.View, "view", "Make a view, which can only be read");

    /// <inheritdoc/>
    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        string key = session.Get(_key);
        string? parent = session.Get(_parent);
        IReadOnlyDictionary<string, string> labels = Operands.Labels(session.Get(_labels));
        await using Store store = await session.OpenAsync(create: true, cancellationToken).ConfigureAwait(false);
        var mounts = _kind == SnapshotKind.View
            ? await store.Snapshots.ViewAsync(key, parent, labels, cancellationToken).ConfigureAwait(false)
            : await store.Snapshots.PrepareAsync(key, parent, labels, cancellationToken).ConfigureAwait(false);
        if (session.Get(_target) is { } target)
        {
            MountCommands.Print(session, mounts, target);
        }
    }
}
