using Snapshotter.Linux;
using Snapshotter.Snapshots;

namespace Snapshotter.Layers;

/// <summary>Shows layers through a read-only overlay that is mounted nowhere: it is gone with the process, however that ends.</summary>
internal sealed class StackView : IDisposable
{
    private readonly DirectoryInfo? _empty;

    private StackView(RootDirectory root, DirectoryInfo? empty)
    {
        Root = root;
        _empty = empty;
    }

    /// <summary>The root of the mount.</summary>
    public RootDirectory Root { get; }

    /// <summary>Mounts layers.</summary>
    /// <param name="layers">Directories in overlay's form, topmost first; at least one.</param>
    /// <param name="xattrNamespace">Where overlay keeps its marks.</param>
    /// <param name="followsReferences">Whether redirects are followed and files without data are completed. Only for uppers that the kernel wrote:
    /// layers that came from a tar never have either.</param>
    public static StackView Open(IReadOnlyList<string> layers, string xattrNamespace, bool followsReferences = false)
    {
        // Overlay takes no single layer, and a layer alone would show its whiteouts: then an empty directory goes below. It
        // must outlive the mount, which cannot list a removed one.
        DirectoryInfo? empty = layers.Count == 1 ? Directory.CreateTempSubdirectory("layerstore-") : null;
        try
        {
            IEnumerable<string> lowers = empty is null ? layers : layers.Append(empty.FullName);
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

            return new StackView(Mounter.MountDetached(new Mount("overlay", "overlay", options)), empty);
        }
        catch
        {
            empty?.Delete();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Root.Dispose();
        _empty?.Delete();
    }

    private static string Escape(string path) => path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(":", "\\:", StringComparison.Ordinal);
}
