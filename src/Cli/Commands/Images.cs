using LayerStore.Cli.Output;
using LayerStore.Cli.Output.Json;
using LayerStore.Cli.Parsing;
using Snapshotter;
using Snapshotter.Layers.Listing;

namespace LayerStore.Cli.Commands;

/// <summary><c>images</c>.</summary>
internal sealed class Images : CliCommand
{
    private static readonly Listing<ImageRow> Listing = new(
        json => json.ImageRow,
        row => row.Name,
        new("NAME", row => row.Name),
        new("MANIFEST", row => row.Manifest),
        new("PLATFORM", row => row.Platform ?? ""),
        new("LAYERS", row => Format.Count(row.Layers), IsNumber: true),
        new("COMPRESSED", row => ByteSize.Format(row.CompressedBytes), IsNumber: true),
        new("UNPACKED", row => row.UnpackedBytes is { } bytes ? ByteSize.Format(bytes) : "", IsNumber: true),
        new("UNIQUE", row => ByteSize.Format(row.UniqueBytes), IsNumber: true),
        new("SHARED", row => ByteSize.Format(row.SharedBytes), IsNumber: true));

    private readonly ListingOptions _listing;

    public Images()
        : base("images", "List the images") => _listing = new ListingOptions(this);

    /// <inheritdoc/>
    public override Rehearsal Rehearsal => Rehearsal.Documents;

    /// <inheritdoc/>
    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using Store? store = await session.TryOpenAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<ImageSummary> images = store is null ? [] : await store.ListImagesAsync(cancellationToken).ConfigureAwait(false);
        await Listing.WriteAsync(session, _listing, images.Select(ImageRow.Of).ToAsyncEnumerable(), cancellationToken).ConfigureAwait(false);
    }
}
