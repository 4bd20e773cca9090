using System.Text;
using System.Text.Json;
using LayerStore.Cli.Output;
using LayerStore.Cli.Output.Json;
using LayerStore.Cli.Parsing;
using LayerStore.Images;
using LayerStore.Oci;
using Snapshotter;

namespace LayerStore.Cli.Commands;

/// <summary><c>inspect</c>.</summary>
internal sealed class Inspect : CliCommand
{
    private readonly Argument<string> _name = Choices.Operand("NAME", "The image");
    private readonly Option<Document?> _raw = Choices.Option<Document?>(
        "--raw",
        "DOCUMENT",
        "manifest, config or target: that document alone, byte for byte",
        null,
        [("manifest", Document.Manifest), ("config", Document.Config), ("target", Document.Target)]);

    public Inspect()
        : base("inspect", "Print an image's manifest, config and layers, as JSON")
    {
        Add(_name);
        Add(_raw);
    }

    private enum Document
    {
        Manifest,
        Config,
        Target,
    }

    /// <inheritdoc/>
    public override Rehearsal Rehearsal => Rehearsal.Documents;

    /// <inheritdoc/>
    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using Store store = await session.OpenAsync(create: false, cancellationToken).ConfigureAwait(false);
        Image image = await store.ResolveAsync(session.Get(_name), cancellationToken).ConfigureAwait(false);
        ContentBlobProvider blobs = new(store.Content);
        ImageManifest manifest = await blobs.ReadManifestAsync(image.Manifest, cancellationToken).ConfigureAwait(false);
        switch (session.Get(_raw))
        {
            case Document.Manifest:
                await WriteRawAsync(session, manifest.Bytes, cancellationToken).ConfigureAwait(false);
                break;
            case Document.Config:
                await WriteRawAsync(session, await blobs.ReadDocumentAsync(manifest.Config, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
                break;
            case Document.Target:
                await WriteRawAsync(session, await blobs.ReadDocumentAsync(image.Target, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
                break;
            default:
                ImageDetails details = await DescribeAsync(image, manifest, blobs, cancellationToken).ConfigureAwait(false);
                session.Print(JsonText.Format(details, CliJsonContext.Default.ImageDetails, indented: true));
                break;
        }
    }

    private static async Task WriteRawAsync(Session session, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (session.Host.OutputIsTerminal)
        {
            session.Print(JsonText.EscapeInvisible(Encoding.UTF8.GetString(bytes.Span)));
        }
        else
        {
            await session.Host.Output.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<ImageDetails> DescribeAsync(Image image, ImageManifest manifest, ContentBlobProvider blobs, CancellationToken cancellationToken)
    {
        ImageView? view = manifest.IsImage
            ? await ImageView.LoadAsync(blobs, image.Manifest, platform: null, cancellationToken).ConfigureAwait(false)
            : null;
        return new ImageDetails(
            image.Name,
            DescriptorView.Of(image.Target),
            DescriptorView.Of(manifest.Descriptor),
            DescriptorView.Of(manifest.Config),
            view?.Config.Platform?.ToString(),
            view?.ChainId?.ToString(),
            image.CreatedAt,
            image.UpdatedAt,
            image.Labels,
            view is null ? [.. manifest.Layers.Select(LayerView.Of)] : [.. view.Layers.Select(LayerView.Of)],
            Parse(manifest),
            view is null ? null : Parse(view.Config));
    }

    /// <summary>The document as it is, unknown fields and all. It was parsed before, strictly.</summary>
    private static JsonElement Parse(OciDocument document)
    {
        using JsonDocument json = JsonDocument.Parse(document.Bytes);
        return json.RootElement.Clone();
    }
}
