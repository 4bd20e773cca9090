using LayerStore.Content;

namespace LayerStore.Leases;

/// <summary>
/// The lock <c>collect</c>, which covers both databases: whoever collects has it alone from looking for roots until the last thing
/// is out of sight; whoever adds to a lease shares it for that moment. So a lease is there before the collector looks, or
/// after all that it would have taken is gone.
/// </summary>
public static class CollectionLock
{
    private const string Name = "collect";

    /// <summary>Waits for a collection to end, and keeps others from beginning.</summary>
    public static Task<StoreLock> ShareAsync(StoreLayout layout, CancellationToken cancellationToken = default) =>
        StoreLock.AcquireAsync(layout, Name, exclusive: false, cancellationToken: cancellationToken);

    /// <summary>For whoever collects: waits until nobody adds to a lease or looks through the store.</summary>
    public static Task<StoreLock> TakeAsync(StoreLayout layout, CancellationToken cancellationToken = default) =>
        StoreLock.AcquireAsync(layout, Name, exclusive: true, cancellationToken: cancellationToken);

    /// <summary>For tidying up after a failure: null if it was not to be had when the patience ends.</summary>
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
