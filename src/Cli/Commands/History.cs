using LayerStore.Cli.Output;
using LayerStore.Cli.Output.Json;
using LayerStore.Cli.Parsing;
using LayerStore.Images;
using LayerStore.Oci;
using Snapshotter;

namespace LayerStore.Cli.Commands;

/// <summary><c>history</c>.</summary>
internal sealed class History : CliCommand
{
    private static readonly Listing<HistoryRow> Listing = new(
        json => json.HistoryRow,
        row => row.Layer ?? "",
        new("LAYER", row => row.Layer ?? ""),
        new("CREATED", row => row.CreatedAt is { } time ? Format.Time(time) : ""),
        new("COMPRESSED", row => row.CompressedBytes is { } bytes ? ByteSize.Format(bytes) : "", IsNumber: true),
        new("CREATED BY", row => row.CreatedBy ?? ""),
        new("COMMENT", row => row.Comment ?? "", MaxLength: 40));

    private readonly Argument<string> _name = Choices.Operand("NAME", "The image");
    private readonly ListingOptions _listing;

    public History()
        : base("history", "List the steps in which an image was made, the last one first")
    {
        Add(_name);
        _listing = new ListingOptions(this);
    }

    /// <inheritdoc/>
    public override Rehearsal Rehearsal => Rehearsal.Documents;

    /// <inheritdoc/>
    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using Store store = await session.OpenAsync(create: false, cancellationToken).ConfigureAwait(false);
        Image image = await store.ResolveAsync(session.Get(_name), cancellationToken).ConfigureAwait(false);
        IEnumerable<HistoryRow> rows = Rows(await store.LoadAsync(image, cancellationToken).ConfigureAwait(false)).Reverse();
        if (session.Get(_listing.Quiet))
        {
            rows = rows.Where(row => row.Layer is not null);
        }

        await Listing.WriteAsync(session, _listing, rows.ToAsyncEnumerable(), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The steps, oldest first. Each that is not empty has the next layer; layers that no step tells of follow alone.</summary>
    private static IEnumerable<HistoryRow> Rows(ImageView view)
    {
        int next = 0;
        foreach (HistoryEntry entry in view.Config.History)
        {
            ImageLayer? layer = !entry.EmptyLayer && next < view.Layers.Count ? view.Layers[next++] : null;
            yield return Row(entry, layer);
        }

        while (next < view.Layers.Count)
        {
            yield return Row(new HistoryEntry(null), view.Layers[next++]);
        }
    }

    private static HistoryRow Row(HistoryEntry entry, ImageLayer? layer) => new(
        entry.Created,
        entry.CreatedBy,
        entry.Author,
        entry.Comment,
        entry.EmptyLayer,
        layer?.Descriptor.Digest.ToString(),
        layer?.DiffId.ToString(),
        layer?.Descriptor.Size);
}
