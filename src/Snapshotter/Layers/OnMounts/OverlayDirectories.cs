using Snapshotter.Linux;
using Snapshotter.Snapshots;

namespace Snapshotter.Layers.OnMounts;

/// <summary>The directories that an overlay mount stacks, read from its options, whoever wrote them.</summary>
/// <param name="Upper">The upper, or null.</param>
/// <param name="Lowers">The lower directories, topmost first.</param>
/// <param name="XattrNamespace">Where overlay keeps its marks: <c>trusted</c> or <c>user</c>.</param>
internal sealed record OverlayDirectories(string? Upper, IReadOnlyList<string> Lowers, string XattrNamespace)
{
    /// <summary>Reads a mount; null if it is no overlay.</summary>
    public static OverlayDirectories? TryRead(Mount mount)
    {
        if (mount.Type != "overlay")
        {
            return null;
        }

        string? upper = null;
        List<string> lowers = [];
        bool isUser = false;
        foreach ((string key, string? value) in MountOptions.Parse(mount).FileSystem)
        {
            switch (key, value)
            {
                case ("lowerdir", not null):
                    lowers.AddRange(MountOptions.SplitLowers(value));
                    break;
                case ("lowerdir+", not null):
                    lowers.Add(value);
                    break;
                case ("upperdir", not null):
                    upper = MountOptions.Unescape(value);
                    break;
                case ("userxattr", _):
                    isUser = true;
                    break;
            }
        }

        return new OverlayDirectories(upper, lowers, isUser ? "user" : "trusted");
    }
}
