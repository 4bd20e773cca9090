using LayerStore;
using LayerStore.Tar;

namespace Snapshotter.Layers;

/// <summary>What is wrong with a layer that cannot be applied.</summary>
internal static class BadLayer
{
    /// <summary>What to do about a layer that is bad in no better known way.</summary>
    public const string Hint = "The layer is hostile, or made by a broken tool: get it from elsewhere, or build it with another tool.";

    /// <summary>The error for a layer whose bytes are right and whose content is not.</summary>
    /// <param name="problem">What is wrong, without a full stop: <c>the layer has a hard link to a directory: a to b</c>.</param>
    /// <param name="hint">What to do about it, if there is something better than to get another layer.</param>
    public static LayerStoreException Because(string problem, string? hint = null) => new(
        ErrorKind.DataLoss, problem, hint ?? Hint);

    /// <summary>The error for a layer that has a file twice, under its own path and through a link of a layer below, or through two.</summary>
    public static LayerStoreException TwoPaths(ByteString path) => Because($"the layer has two paths for one file: {path}");

    /// <summary>The error for a layer that makes a second name for a symbolic link of a layer below, and has paths that lead through such links: which of them
    /// the name would take away depends on the order, and a stored layer does not know that.</summary>
    public static LayerStoreException LinkToLink(TarEntry entry) =>
        Because($"the layer has paths through symbolic links of a layer below, and a hard link to one: {entry.Name} to {entry.LinkName}");

    /// <summary>Refuses a name that a symbolic link gives to a directory and that no entry may have: it could not be in a layer again.</summary>
    /// <param name="name">The name.</param>
    /// <param name="path">The path that went through the link.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: the name is that of a whiteout.</exception>
    public static void ThrowIfMark(ByteString name, ByteString path)
    {
        if (name.StartsWith(LayerPath.WhiteoutPrefix))
        {
            throw Because($"the layer has a path through a symbolic link to a whiteout: {path}");
        }
    }
}
