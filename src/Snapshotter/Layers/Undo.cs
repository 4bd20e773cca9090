using LayerStore;

namespace Snapshotter.Layers;

/// <summary>Takes back what a call had done when it failed.</summary>
internal static class Undo
{
    /// <summary>
    /// Runs the steps as far as they go. Never throws: the error that made the call fail is the one to tell, and what the steps leave is
    /// what a kill would have left.
    /// </summary>
    public static async Task TryAsync(Func<Task> steps)
    {
        try
        {
            await steps().ConfigureAwait(false);
        }
        catch (Exception e) when (e is LayerStoreException || IoErrors.IsIo(e))
        {
        }
    }
}
