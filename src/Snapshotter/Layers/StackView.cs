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
    /// <param name="empty">An empty directory that stays, for a single layer; null for one in memory, that is nowhere either.</param>
    public static StackView Open(IReadOnlyList<string> layers, string xattrNamespace, bool followsReferences = false, string? empty = null)
    {
        List<string> options = [];
        if (xattrNamespace == "user")
        {
            options.Add("userxattr");
        }
        else
        {
            options.Add(followsReferences ? "redirect_dir=follow" : "redirect_dir=nofollow");
            options.Add(followsReferences ? "metacopy=on" : "metacopy=off");
        }

        // Overlay takes no single layer, and a layer alone would show its whiteouts: then an empty directory goes below.
        return layers.Count == 1 && empty is null
            ? OpenSingle(layers[0], options)
            : new StackView(MountOn(layers.Count == 1 ? layers.Append(empty!) : layers, options), made: null);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Root.Dispose();
        _made?.Delete();
    }

    private static StackView OpenSingle(string layer, IReadOnlyList<string> options)
    {
        try
        {
            using RootDirectory memory = Mounter.MountDetached(new Mount("tmpfs", "tmpfs", ["mode=0700"]));
            return new StackView(MountOn([layer, $"/proc/self/fd/{memory.Handle.DangerousGetHandle()}"], options), made: null);
        }
        catch (LinuxException e) when (e.Errno == Errno.EINVAL)
        {
            // Before Linux 6.15 overlay takes no mount that is nowhere. The directory must outlive the mount, which cannot list a removed one; a kill leaves it.
            DirectoryInfo made = Directory.CreateTempSubdirectory("layerstore-");
            try
            {
                return new StackView(MountOn([layer, made.FullName], options), made);
            }
            catch
            {
                made.Delete();
                throw;
            }
        }
    }

    private static RootDirectory MountOn(IEnumerable<string> lowers, IReadOnlyList<string> options) =>
        Mounter.MountDetached(new Mount("overlay", "overlay", [$"lowerdir={string.Join(':', lowers.Select(Escape))}", .. options]));

    private static string Escape(string path) => path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(":", "\\:", StringComparison.Ordinal);
}
