using LayerStore.Cli.Parsing;
using Snapshotter;

namespace LayerStore.Cli.Commands.Content;

/// <summary><c>content cat</c>.</summary>
internal sealed class ContentCat : CliCommand
{
    private readonly Argument<string> _digest = Choices.Operand("DIGEST", "The blob");

    public ContentCat()
        : base("cat", "Write a blob to standard output, verified: damage is exit code 3") => Add(_digest);

    /// <inheritdoc/>
    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        Digest digest = Operands.Digest(session.Get(_digest));
        session.RefuseTerminal("a blob");
        await using Store store = await session.OpenAsync(create: false, cancellationToken).ConfigureAwait(false);
        await using Stream blob = await store.Content.OpenAsync(digest, cancellationToken).ConfigureAwait(false);
        await blob.CopyToAsync(session.Host.Output, cancellationToken).ConfigureAwait(false);
    }
}
