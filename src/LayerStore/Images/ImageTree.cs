using LayerStore.Content;
using LayerStore.Oci;

namespace LayerStore.Images;

/// <summary>Everything that an index or manifest names, in a store.</summary>
/// <remarks>A manifest's <c>subject</c> is not part of it: it need not exist (OCI image-spec, manifest.md).</remarks>
internal sealed class ImageTree(IContentStore content)
{
    private const int MaxDocuments = 4096;

    /// <summary>Whether all of it is here.</summary>
    public async Task<bool> IsCompleteAsync(Descriptor target, CancellationToken cancellationToken)
    {
        try
        {
            (IReadOnlyList<Descriptor> documents, IReadOnlyList<Descriptor> layers) = await ListAsync(target, cancellationToken).ConfigureAwait(false);
            foreach (Descriptor blob in documents.Concat(layers))
            {
                if (await content.StatAsync(blob.Digest, cancellationToken).ConfigureAwait(false) is null)
                {
                    return false;
                }
            }

            return true;
        }
        catch (LayerStoreException exception) when (exception.Kind == ErrorKind.DataLoss)
        {
            // A document that is missing or damaged; what can be written is the manifest that was pulled.
            return false;
        }
    }

    /// <summary>Lists it, parents first and each blob once: indexes, manifests and configs, then layers and blobs of other types.</summary>
    public async Task<(IReadOnlyList<Descriptor> Documents, IReadOnlyList<Descriptor> Layers)> ListAsync(
        Descriptor target, CancellationToken cancellationToken)
    {
        ContentBlobProvider provider = new(content);
        HashSet<Digest> seen = [target.Digest];
        List<Descriptor> documents = [target];
        List<Descriptor> configs = [];
        List<Descriptor> layers = [];
        for (int next = 0; next < documents.Count; next++)
        {
            Descriptor descriptor = documents[next];
            if (documents.Count > MaxDocuments)
            {
                throw StrictJson.Error($"index {target.Digest}", $"names more than {MaxDocuments} documents");
            }

            if (MediaTypes.IsIndex(descriptor.MediaType))
            {
                ImageIndex index = await provider.ReadIndexAsync(descriptor, cancellationToken).ConfigureAwait(false);
                foreach (Descriptor entry in index.Manifests.Where(entry => seen.Add(entry.Digest)))
                {
                    (MediaTypes.IsIndex(entry.MediaType) || MediaTypes.IsManifest(entry.MediaType) ? documents : layers).Add(entry);
                }
            }
            else if (MediaTypes.IsManifest(descriptor.MediaType))
            {
                ImageManifest manifest = await provider.ReadManifestAsync(descriptor, cancellationToken).ConfigureAwait(false);
                if (seen.Add(manifest.Config.Digest))
                {
                    configs.Add(manifest.Config);
                }

                layers.AddRange(manifest.Layers.Where(layer => seen.Add(layer.Digest)));
            }
        }

        return ([.. documents, .. configs], layers);
    }
}
