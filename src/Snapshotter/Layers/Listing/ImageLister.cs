using LayerStore;
using LayerStore.Content;
using LayerStore.Images;
using LayerStore.Oci;
using Snapshotter.Snapshots;

namespace Snapshotter.Layers.Listing;

/// <summary>Lists the images with what each takes, alone and together with others.</summary>
internal sealed class ImageLister(IContentStore content, IImageStore images, ISnapshotter snapshots)
{
    /// <summary>All images, by name.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: a manifest in the store is damaged.</exception>
    public async Task<IReadOnlyList<ImageSummary>> ListAsync(CancellationToken cancellationToken)
    {
        List<Holdings> all = [];
        await foreach (Image image in images.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            all.Add(await MeasureAsync(image, cancellationToken).ConfigureAwait(false));
        }

        // Two names of one manifest are one image: what it holds is not shared with itself.
        Dictionary<string, HashSet<Digest>> holders = new(StringComparer.Ordinal);
        foreach (Holdings holdings in all)
        {
            foreach (string part in holdings.Parts.Keys)
            {
                holders.TryAdd(part, []);
                holders[part].Add(holdings.Image.Manifest.Digest);
            }
        }

        return [.. all.Select(holdings => Summarize(holdings, holders))];
    }

    private static ImageSummary Summarize(Holdings holdings, Dictionary<string, HashSet<Digest>> holders)
    {
        long unique = holdings.Parts.Where(part => holders[part.Key].Count == 1).Sum(part => part.Value);
        return new ImageSummary(
            holdings.Image,
            holdings.Platform,
            holdings.LayerCount,
            holdings.CompressedBytes,
            holdings.UnpackedBytes,
            unique,
            holdings.Parts.Values.Sum() - unique);
    }

    private async Task<Holdings> MeasureAsync(Image image, CancellationToken cancellationToken)
    {
        ContentBlobProvider provider = new(content);
        ImageManifest manifest = await provider.ReadManifestAsync(image.Manifest, cancellationToken).ConfigureAwait(false);
        Dictionary<string, long> parts = new(StringComparer.Ordinal);
        foreach (Descriptor blob in manifest.Layers.Append(manifest.Config).Append(image.Manifest))
        {
            parts["blob " + blob.Digest] = blob.Size;
        }

        long compressed = parts.Values.Sum();
        long? unpacked = null;
        Platform? platform = null;
        if (manifest.IsImage)
        {
            ImageView view = await ImageView.LoadAsync(provider, image.Manifest, platform: null, cancellationToken).ConfigureAwait(false);
            platform = view.Config.Platform;
            unpacked = 0;
            foreach (ImageLayer layer in view.Layers)
            {
                if (await UnpackedAsync(layer, cancellationToken).ConfigureAwait(false) is not { } part)
                {
                    unpacked = null;
                    break;
                }

                if (parts.TryAdd(part.Name, part.Bytes))
                {
                    unpacked += part.Bytes;
                }
            }
        }

        return new Holdings(image, platform, manifest.Layers.Count, compressed, unpacked, parts);
    }

    private async Task<(string Name, long Bytes)?> UnpackedAsync(ImageLayer layer, CancellationToken cancellationToken)
    {
        if (snapshots is ILayerSnapshotter layered)
        {
            LayerInfo? found = await layered.FindLayerAsync(layer.DiffId, layer.ChainId, cancellationToken).ConfigureAwait(false);
            return found is null ? null : ($"tree {found.Tree}", found.Usage.Bytes);
        }

        string name = layer.ChainId.ToString();
        return await snapshots.StatAsync(name, cancellationToken).ConfigureAwait(false) is null
            ? null
            : ("snapshot " + name, (await snapshots.UsageAsync(name, cancellationToken).ConfigureAwait(false)).Bytes);
    }

    private sealed record Holdings(
        Image Image, Platform? Platform, int LayerCount, long CompressedBytes, long? UnpackedBytes, IReadOnlyDictionary<string, long> Parts);
}
