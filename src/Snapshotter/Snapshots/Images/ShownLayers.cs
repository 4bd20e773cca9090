using LayerStore.Content;
using Snapshotter.Snapshots.Database;

namespace Snapshotter.Snapshots.Images;

/// <summary>Keeps layers shown until it is disposed; then those that no active snapshot or view stands on are hidden.</summary>
/// <param name="images">Shows them.</param>
/// <param name="held">What <see cref="LayerImages.HoldAsync"/> returned.</param>
/// <param name="chain">The trees, from a snapshot's own to its base.</param>
internal sealed class ShownLayers(LayerImages images, StoreLock? held, IReadOnlyList<TreeRow> chain) : IDisposable
{
    private bool _isDisposed;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            held?.Dispose();
            images.HideUnused(chain);
        }
    }
}
