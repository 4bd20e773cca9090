using Snapshotter.Linux;
using Snapshotter.Snapshots;

namespace Snapshotter.Layers;

/// <summary>Shows layers through a read-only overlay that is mounted nowhere: it is gone with the process, however that ends.</summary>
internal static class StackView
{
    /// <summary>Opens a mount of layers.</summary>
    /// <param name="layers">Directories in overlay's form, topmost first; at least one.</param>
    /// <param name="xattrNamespace">Where overlay keeps its marks.</param>
    /// <param name="followsReferences">Whether redirects are followed and files without data are completed. Only for uppers that the kernel wrote:
    /// layers that came from a tar never have either.</param>
    public static RootDirectory Open(IReadOnlyList<string> layers, string xattrNamespace, bool followsReferences = false)
    {
        // Overlay takes no single layer, and a layer alone would show its whiteouts: an empty directory goes below. It may be
        // removed as soon as it is mounted.
        DirectoryInfo empty = Directory.CreateTempSubdirectory("layerstore-");
        try
        {
            List<string> options = [$"lowerdir={string.Join(':', layers.Append(empty.FullName).Select(Escape))}"];
            if (xattrNamespace == "user")
            {
                options.Add("userxattr");
            }
            else
            {
                options.Add(followsReferences ? "redirect_dir=follow" : "redirect_dir=nofollow");
                options.Add(followsReferences ? "metacopy=on" : "metacopy=off");
            }

            return Mounter.MountDetached(new Mount("overlay", "overlay", options));
        }
        finally
        {
            empty.Delete();
        }
    }

    private static string Escape(string path) => path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(":", "\\:", StringComparison.Ordinal);
}
