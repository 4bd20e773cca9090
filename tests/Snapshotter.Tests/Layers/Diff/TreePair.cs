using Snapshotter.Layers;
using Snapshotter.Layers.Diff;
using Snapshotter.Linux;

namespace Snapshotter.Tests.Layers.Diff;

/// <summary>Two plain trees, an older and a newer one, and what the walking differ says of them.</summary>
internal sealed class TreePair : IDisposable
{
    private readonly TempDirectory _temp = new();

    public TreePair()
    {
        Tools.RequireRoot();
        Tools.Require("setfattr", "setfacl");
        foreach (string tree in (string[])[Older, Newer])
        {
            Directory.CreateDirectory(tree);
            Shell.Run(tree, "chmod 0755 .; touch -d @0 .");
        }
    }

    public string Older => _temp["older"];

    public string Newer => _temp["newer"];

    /// <summary>A path beside the trees, free to use.</summary>
    public string this[string name] => _temp[name];

    /// <summary>Makes the older tree, copies it with everything that belongs to it, and changes the copy.</summary>
    public TreePair Play(string older, string changes)
    {
        Shell.Run(Older, older);
        Shell.Run(Older, $"cp -a . '{Newer}'");
        Shell.Run(Newer, changes);
        Shell.Run(Older, "touch -d @0 .");
        Shell.Run(Newer, "touch -d @0 .");
        return this;
    }

    /// <summary>What changed; applying it to the older tree must give the newer one.</summary>
    public RecordingSink Diff()
    {
        RecordingSink recording = new();
        Write(recording);
        using MemoryStream tar = new();
        LayerDiff.Write(Older, Newer, tar);
        tar.Position = 0;
        Shell.Run("/", $"cp -a '{Older}' '{_temp["applied"]}'");
        LayerApply.ToTree(tar, _temp["applied"]);
        Assert.Equal(TreeListing.Of(Newer), TreeListing.Of(_temp["applied"]));
        Shell.Run("/", $"rm -rf '{_temp["applied"]}'");
        return recording;
    }

    /// <summary>Gives the differ's entries to a sink.</summary>
    public void Write(ILayerSink sink)
    {
        using RootDirectory older = RootDirectory.Open(Older);
        using RootDirectory newer = RootDirectory.Open(Newer);
        new TreeDiffer(older, newer).WriteTo(sink);
    }

    public void Dispose() => _temp.Dispose();
}
