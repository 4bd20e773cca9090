using LayerStore;
using LayerStore.Images;
using LayerStore.Oci;
using Snapshotter.Snapshots;

namespace Snapshotter.Layers.Listing;

/// <summary>Lists the images with what each takes, alone and together with others. Used once.</summary>
internal sealed class ImageLister(KnownDocuments documents, IImageStore images, ISnapshotter snapshots)
{
    private readonly Dictionary<string, ImagePart> _parts = new(StringComparer.Ordinal);

    /// <summary>All images, by name.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: a manifest in the store is damaged.</exception>
    public async Task<IReadOnlyList<ImageSummary>> ListAsync(CancellationToken cancellationToken)
    {
        // Two names of one manifest are one image: what it holds is not shared with itself.
        Dictionary<Digest, Holdings> read = [];
        List<Image> all = [];
        await foreach (Image image in images.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!read.ContainsKey(image.Manifest.Digest))
            {
                read.Add(image.Manifest.Digest, await MeasureAsync(image.Manifest, cancellationToken).ConfigureAwait(false));
            }

            all.Add(image);
        }

        documents.Save();
        return all.ConvertAll(image => Summarize(image, read[image.Manifest.Digest]));
    }

    private static ImageSummary Summarize(Image image, Holdings holdings)
    {
        long unique = 0;
        long shared = 0;
        foreach (ImagePart part in holdings.Parts)
        {
            if (part.Holders == 1)
            {
                unique += part.Bytes;
            }
            else
            {
                shared += part.Bytes;
            }
        }

        return new ImageSummary(image, holdings.Platform, holdings.LayerCount, holdings.CompressedBytes, holdings.UnpackedBytes, unique, shared);
    }

    private async Task<Holdings> MeasureAsync(Descriptor target, CancellationToken cancellationToken)
    {
        DocumentSummary manifest = await documents.ReadManifestAsync(target, cancellationToken).ConfigureAwait(false);
        HashSet<ImagePart> parts = [];
        long compressed = AddBlob(parts, target);
        foreach (Descriptor blob in manifest.Names)
        {
            compressed += AddBlob(parts, blob);
        }

        long? unpacked = null;
        if (manifest.DiffIds is { } diffIds)
        {
            IReadOnlyList<Digest> chain = ChainId.Compute(diffIds);
            unpacked = 0;
            for (int i = 0; i < diffIds.Count; i++)
            {
                if (await UnpackedAsync(diffIds[i], chain[i], cancellationToken).ConfigureAwait(false) is not { } part)
                {
                    unpacked = null;
                    break;
                }

                unpacked += Add(parts, part.Name, part.Bytes);
            }
        }

        return new Holdings(manifest.Platform, manifest.Names.Count - 1, compressed, unpacked, [.. parts]);
    }

    private long AddBlob(HashSet<ImagePart> parts, Descriptor blob) => Add(parts, $"blob {blob.Digest}", blob.Size);

    /// <summary>Adds a part to an image's; returns by how much they have grown.</summary>
    private long Add(HashSet<ImagePart> parts, string name, long bytes)
    {
        if (!_parts.TryGetValue(name, out ImagePart? part))
        {
            part = new ImagePart(bytes);
            _parts.Add(name, part);
        }

        if (!parts.Add(part))
        {
            return 0;
        }

        part.Holders++;
        return bytes;
    }

    private async Task<(string Name, long Bytes)?> UnpackedAsync(Digest diffId, Digest chainId, CancellationToken cancellationToken)
    {
        if (snapshots is ILayerSnapshotter layered)
        {
            LayerInfo? found = await layered.FindLayerAsync(diffId, chainId, cancellationToken).ConfigureAwait(false);
            return found is null ? null : ($"tree {found.Tree}", found.Usage.Bytes);
        }

        string name = chainId.ToString();
        return await snapshots.StatAsync(name, cancellationToken).ConfigureAwait(false) is null
            ? null
            : ("snapshot " + name, (await snapshots.UsageAsync(name, cancellationToken).ConfigureAwait(false)).Bytes);
    }

    private sealed record Holdings(Platform? Platform, int LayerCount, long CompressedBytes, long? UnpackedBytes, ImagePart[] Parts);
}
