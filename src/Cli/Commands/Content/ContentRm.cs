using System.CommandLine;
using LayerStore.Cli.Parsing;
using Snapshotter;

namespace LayerStore.Cli.Commands.Content;

/// <summary><c>content rm</c>.</summary>
internal sealed class ContentRm : CliCommand
{
    private readonly Argument<string[]> _digests = Choices.Operands("DIGEST", "The blobs");

    public ContentRm()
        : base("rm", "Remove blobs, whoever needs them") => Add(_digests);

    /// <inheritdoc/>
    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        Digest[] digests = [.. session.Get(_digests).Select(Operands.Digest)];
        await using Store store = await session.OpenAsync(create: false, cancellationToken).ConfigureAwait(false);
        foreach (Digest digest in digests)
        {
            await store.Content.DeleteAsync(digest, cancellationToken).ConfigureAwait(false);
        }
    }
}
