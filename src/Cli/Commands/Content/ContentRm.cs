using LayerStore.Cli.Parsing;
using Snapshotter;

namespace LayerStore.Cli.Commands.Content;

/// <summary><c>content rm</c>.</summary>
internal sealed class ContentRm : CliCommand
{
    private readonly Argument<string[]> _digests = Choices.Operands("DIGEST", "The blobs");
    private readonly Option<string?> _owner = OwnerFlags.Owner("The claims");

    public ContentRm()
        : base("rm", "Remove blobs, whatever names them; one that another owner claims stays")
    {
        Add(_digests);
        Add(_owner);
    }

    /// <inheritdoc/>
    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        Digest[] digests = [.. session.Get(_digests).Select(Operands.Digest)];
        await using Store store = await session.OpenAsync(create: false, cancellationToken, owner: session.Get(_owner)).ConfigureAwait(false);
        foreach (Digest digest in digests)
        {
            await store.Content.DeleteAsync(digest, cancellationToken).ConfigureAwait(false);
        }
    }
}
