using LayerStore.Content;

namespace Snapshotter.Snapshots.Images;

/// <summary>The names in the directory of a tree that is an image.</summary>
internal static class ImageFiles
{
    /// <summary>The layer's uncompressed tar, byte for byte: its digest is the diffID.</summary>
    public const string Data = "data";

    /// <summary>The EROFS file system whose files lie in <see cref="Data"/>.</summary>
    public const string FileSystem = "image";

    /// <summary>The directory on which it is mounted.</summary>
    public const string MountPoint = "m";

    /// <summary>The path of one of them.</summary>
    /// <param name="layout">The store.</param>
    /// <param name="tree">The tree's number.</param>
    /// <param name="name">The name.</param>
    public static string PathOf(StoreLayout layout, long tree, string name) => Path.Join(layout.Tree(tree), name);
}
