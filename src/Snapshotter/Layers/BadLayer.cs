using LayerStore;

namespace Snapshotter.Layers;

/// <summary>What is wrong with a layer that cannot be applied.</summary>
internal static class BadLayer
{
    /// <summary>The error for a layer whose bytes are right and whose content is not.</summary>
    /// <param name="problem">What is wrong, without a full stop: <c>the layer has a hard link to a directory: a to b</c>.</param>
    /// <param name="hint">What to do about it, if there is something better than to get another layer.</param>
    public static LayerStoreException Because(string problem, string? hint = null) => new(
        ErrorKind.DataLoss, problem, hint ?? "The layer is hostile, or made by a broken tool: get it from elsewhere, or build it with another tool.");
}
