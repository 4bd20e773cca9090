using Snapshotter.Linux;

namespace Snapshotter.Snapshots.Trees;

/// <summary>Opens directories of the store itself: their paths come from no image.</summary>
internal static class TrustedDirectory
{
    public static DirectoryHandle Open(string path)
    {
        using RootDirectory root = RootDirectory.Open(path);
        return root.OpenSelf();
    }
}
