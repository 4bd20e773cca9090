using Snapshotter.Linux;

namespace Snapshotter.Snapshots.Trees;

/// <summary>Opens directories of the store itself: their paths come from no image.</summary>
internal static class TrustedDirectory
{
    /// <summary>Whether it is there, and a directory itself: not a link to one.</summary>
    public static bool Exists(string path)
    {
        DirectoryInfo directory = new(path);
        return directory.Exists && directory.LinkTarget is null;
    }

    /// <summary>Opens it.</summary>
    public static DirectoryHandle Open(string path)
    {
        using RootDirectory root = RootDirectory.Open(path);
        return root.OpenSelf();
    }
}
