using LayerStore;
using LayerStore.Content;

namespace Snapshotter.Layers.Unpack;

/// <summary>
/// Keeps processes from unpacking the same layer at once: the second waits and then finds it. One lock stands for all layers whose
/// diffIDs begin alike, so that the store keeps a bounded number of lock files; an image's locks are taken in order,
/// so that no two processes wait for each other.
/// </summary>
internal sealed class LayerLocks : IDisposable
{
    private readonly List<StoreLock> _held = [];

    /// <summary>Waits for the locks of these layers.</summary>
    public static async Task<LayerLocks> AcquireAsync(StoreLayout layout, IEnumerable<Digest> diffIds, CancellationToken cancellationToken)
    {
        LayerLocks locks = new();
        try
        {
            foreach (string name in diffIds.Select(diffId => $"layer-{diffId.Encoded[..2]}").Distinct().Order(StringComparer.Ordinal))
            {
                locks._held.Add(await StoreLock.AcquireAsync(layout, name, cancellationToken: cancellationToken).ConfigureAwait(false));
            }

            return locks;
        }
        catch
        {
            locks.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _held.ForEach(static held => held.Dispose());
}
