using LayerStore.Cli.Output;
using LayerStore.Cli.Output.Json;
using LayerStore.Cli.Parsing;
using LayerStore.Content;
using Snapshotter;

namespace LayerStore.Cli.Commands.Content;

/// <summary><c>content info</c>.</summary>
internal sealed class ContentInfo : CliCommand
{
    private readonly Argument<string> _digest = Choices.Operand("DIGEST", "The blob");

    public ContentInfo()
        : base("info", "Print what is known of a blob, as JSON") => Add(_digest);

    /// <inheritdoc/>
    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        Digest digest = Operands.Digest(session.Get(_digest));
        await using Store store = await session.OpenAsync(create: false, cancellationToken).ConfigureAwait(false);
        BlobInfo blob = await store.Content.StatAsync(digest, cancellationToken).ConfigureAwait(false)
            ?? throw new LayerStoreException(ErrorKind.NotFound, $"there is no blob {digest}", "layerstore content ls lists them.");
        session.Print(JsonText.Format(BlobRow.Of(blob), CliJsonContext.Default.BlobRow, indented: true));
    }
}
