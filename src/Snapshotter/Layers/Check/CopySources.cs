using LayerStore;
using LayerStore.Content;
using LayerStore.Images;
using Snapshotter.Layers.Unpack;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Check;

/// <summary>All the ways in which a tree may have been unpacked: from each image that has it, with and without setuid bits.</summary>
internal sealed class CopySources(IContentStore content, LayerSources sources)
{
    /// <summary>Tries one way after the other until one is taken. One whose blob is damaged or gone is passed over, which is said of the blob.</summary>
    /// <param name="diffId">The layer; null for any.</param>
    /// <param name="chainId">Its place; null for any.</param>
    /// <param name="attempt">Tries it.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    public async Task<bool> TryAsync(
        Digest? diffId, Digest? chainId, Func<ImageView, int, LayerExtractor, Task<bool>> attempt, CancellationToken cancellationToken)
    {
        foreach ((ImageView image, int index) in await sources.FindAsync(diffId, chainId, cancellationToken).ConfigureAwait(false))
        {
            foreach (LayerOptions how in (LayerOptions[])[LayerOptions.Default, LayerOptions.Default with { StripSetuid = true }])
            {
                LayerExtractor extractor = new(new ContentBlobProvider(content), how with { SquashIds = !UserNamespace.Current.IsInitial }, progress: null);
                try
                {
                    if (await attempt(image, index, extractor).ConfigureAwait(false))
                    {
                        return true;
                    }
                }
                catch (LayerStoreException e) when (e.Kind is ErrorKind.DataLoss or ErrorKind.NotFound)
                {
                }
            }
        }

        return false;
    }
}
