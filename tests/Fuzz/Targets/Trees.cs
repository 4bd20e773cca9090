using LayerStore;
using Snapshotter.Layers;
using Snapshotter.Layers.Diff;
using Snapshotter.Linux;

namespace Fuzz.Targets;

/// <summary>Directory trees that targets make, compare and remove.</summary>
internal static class Trees
{
    /// <summary>Removes a directory and all in it, whatever names it holds.</summary>
    public static void Remove(string path)
    {
        if (Directory.Exists(path))
        {
            using RootDirectory parent = RootDirectory.Open(Path.GetDirectoryName(path)!);
            using DirectoryHandle handle = parent.OpenSelf();
            handle.RemoveTree(ByteString.FromText(Path.GetFileName(path)));
        }
    }

    /// <summary>The whole of a tree as a layer: two trees are the same if these bytes are.</summary>
    public static byte[] Dump(string path)
    {
        using RootDirectory root = RootDirectory.Open(path);
        return Dump(root);
    }

    /// <summary>The whole of a tree as a layer.</summary>
    public static byte[] Dump(RootDirectory root)
    {
        using MemoryStream tar = new();
        new TreeDiffer(null, root).WriteTo(new TarLayerSink(tar));
        return tar.ToArray();
    }

    /// <summary>What leads from one tree to another.</summary>
    public static byte[] Diff(string lower, string upper)
    {
        using MemoryStream tar = new();
        LayerDiff.Write(lower, upper, tar);
        return tar.ToArray();
    }
}
