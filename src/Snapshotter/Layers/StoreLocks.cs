using LayerStore.Content;

namespace Snapshotter.Layers;

/// <summary>
/// The one lock that covers both databases (docs/decisions/0003-facade.md): whoever adds blobs, layers or names shares it
/// from first byte to last reference; whoever removes what is unreferenced has it alone.
/// </summary>
internal static class StoreLocks
{
    private const string Collect = "collect";

    /// <summary>For work that adds: any number at once.</summary>
    public static Task<StoreLock> ShareAsync(StoreLayout layout, CancellationToken cancellationToken) =>
        StoreLock.AcquireAsync(layout, Collect, exclusive: false, cancellationToken: cancellationToken);

    /// <summary>For work that removes: waits until nothing is being added.</summary>
    public static Task<StoreLock> TakeAsync(StoreLayout layout, CancellationToken cancellationToken) =>
        StoreLock.AcquireAsync(layout, Collect, exclusive: true, cancellationToken: cancellationToken);

    /// <summary>
    /// For tidying up after a failure: null if others are still adding when the patience ends. What is left then is
    /// unreferenced, and goes with the next removal.
    /// </summary>
    public static async Task<StoreLock?> TryTakeAsync(StoreLayout layout, TimeSpan patience)
    {
        using CancellationTokenSource end = new(patience);
        try
        {
            return await TakeAsync(layout, end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }
}
