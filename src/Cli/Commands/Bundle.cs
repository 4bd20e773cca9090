using LayerStore.Cli.Parsing;
using Snapshotter;

namespace LayerStore.Cli.Commands;

/// <summary><c>bundle</c>.</summary>
internal sealed class Bundle : CliCommand
{
    private readonly Argument<string> _name = Choices.Operand("NAME", "The image");
    private readonly Argument<string> _directory = Choices.Operand("DIR", "Where to; made if missing");
    private readonly Option<string?> _key = Choices.Text("--key", "KEY", "The snapshot's key; one that is there is mounted again (a new one)");

    public Bundle()
        : base("bundle", "Make a runtime bundle that runc runs, its rootfs mounted; prints the snapshot's key")
    {
        Add(_name);
        Add(_directory);
        Add(_key);
    }

    /// <inheritdoc/>
    public override Rehearsal Rehearsal => Rehearsal.Documents;

    /// <inheritdoc/>
    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using Store store = await session.OpenAsync(create: false, cancellationToken).ConfigureAwait(false);
        session.PrintName(await store.BundleAsync(
            session.Get(_name), session.Get(_directory), session.Get(_key), cancellationToken).ConfigureAwait(false));
    }
}
