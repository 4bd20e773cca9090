using Snapshotter.Linux;
using Snapshotter.Snapshots;

namespace Snapshotter.Layers;

/// <summary>Shows layers through a read-only overlay that is mounted nowhere: it is gone with the process, however that ends.</summary>
internal sealed class StackView : IDisposable
{
    private readonly DirectoryInfo? _made;

    private StackView(RootDirectory root, DirectoryInfo? made)
    {
        Root = root;
        _made = made;
    }

    /// <summary>The root of the mount.</summary>
    public RootDirectory Root { get; }

    /// <summary>Mounts layers.</summary>
    /// <param name="layers">Directories in overlay's form, topmost first; at least one.</param>
    /// <param name="xattrNamespace">Where overlay keeps its marks.</param>
    /// <param name="followsReferences">Whether redirects are followed and files without data are completed. Only for uppers that the kernel wrote:
    /// layers that came from a tar never have either.</param>
    /// <param name="empty">An empty directory that stays, for a single layer; null makes one in the temporary directory, where a kill leaves it.</param>
    public static StackView Open(IReadOnlyList<string> layers, string xattrNamespace, bool followsReferences = false, string? empty = null)
    {
        // Overlay takes no single layer, and a layer alone would show its whiteouts: then an empty directory goes below. It
        // must outlive the mount, which cannot list a removed one.
        DirectoryInfo? made = layers.Count == 1 && empty is null ? Directory.CreateTempSubdirectory("layerstore-") : null;
        try
        {
            IEnumerable<string> lowers = layers.Count == 1 ? layers.Append(empty ?? made!.FullName) : layers;
            List<string> options = [$"lowerdir={string.Join(':', lowers.Select(Escape))}"];
            if (xattrNamespace == "user")
            {
                options.Add("userxattr");
            }
            else
            {
                options.Add(followsReferences ? "redirect_dir=follow" : "redirect_dir=nofollow");
                options.Add(followsReferences ? "metacopy=on" : "metacopy=off");
            }

            return new StackView(Mounter.MountDetached(new Mount("overlay", "overlay", options)), made);
        }
        catch
        {
            made?.Delete();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Root.Dispose();
        _made?.Delete();
    }

    private static string Escape(string path) => path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(":", "\\:", StringComparison.Ordinal);
}
