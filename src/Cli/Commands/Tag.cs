using LayerStore.Cli.Parsing;
using Snapshotter;

namespace LayerStore.Cli.Commands;

/// <summary><c>tag</c>.</summary>
internal sealed class Tag : CliCommand
{
    private readonly Argument<string> _name = Choices.Operand("NAME", "The image");
    private readonly Argument<string> _newName = Choices.Operand("NEW", "Its other name, taken from another image if need be");

    public Tag()
        : base("tag", "Give an image another name")
    {
        Add(_name);
        Add(_newName);
    }

    /// <inheritdoc/>
    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using Store store = await session.OpenAsync(create: false, cancellationToken).ConfigureAwait(false);
        await store.TagAsync(session.Get(_name), session.Get(_newName), cancellationToken).ConfigureAwait(false);
    }
}
