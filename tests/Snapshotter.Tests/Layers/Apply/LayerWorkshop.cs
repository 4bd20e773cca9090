using LayerStore.Tar;
using Snapshotter.Layers.Apply;
using Snapshotter.Layers.Complete;
using Snapshotter.Linux;
using Snapshotter.Snapshots;
using Snapshotter.Tests.Linux;

namespace Snapshotter.Tests.Layers.Apply;

/// <summary>Applies layers both ways: one after the other onto one directory, and each on its own for overlayfs.</summary>
internal sealed class LayerWorkshop : IDisposable
{
    private readonly ScratchDirectory _scratch = new();
    private int _next;

    public LayerWorkshop()
    {
        // What stands outside must be the same after every test.
        Outside = _scratch.Make("outside");
        File.WriteAllText(Path.Join(Outside, "canary"), "sings");
        Directory.CreateDirectory(Path.Join(Outside, "cage"));
        Canary = TreeListing.Of(Outside);
    }

    public string Outside { get; }

    public string Canary { get; }

    public string ScratchPath => _scratch.Path;

    public void Dispose() => _scratch.Dispose();

    /// <summary>An empty directory as a draft of a layer is: 0755, root, time 0.</summary>
    public string MakeRoot()
    {
        string path = _scratch.Make($"t{_next++}");
        SetDefaults(path);
        return path;
    }

    public static LayerApplyResult Apply(string directory, TestLayer layer, WhiteoutMode mode, Func<ApplyOptions, ApplyOptions>? configure = null)
    {
        ApplyOptions options = new() { Whiteouts = mode };
        options = configure is null ? options : configure(options);
        using RootDirectory root = RootDirectory.Open(directory);
        using LayerApplier applier = new(root, options);
        return applier.Apply(layer.Open());
    }

    /// <summary>Applies all layers to one new directory.</summary>
    public string Flat(params IReadOnlyList<TestLayer> layers)
    {
        string directory = MakeRoot();
        foreach (TestLayer layer in layers)
        {
            Apply(directory, layer, WhiteoutMode.Delete);
        }

        return directory;
    }

    public string FlatListing(params IReadOnlyList<TestLayer> layers) => TreeListing.Of(Flat(layers));

    /// <summary>Stores each layer on its own, completes the loose ones, and lists what their overlay shows.</summary>
    public string OverlayListing(params IReadOnlyList<TestLayer> layers)
    {
        List<string> chain = []; // topmost first
        string? rootMetadata = null;
        foreach (TestLayer layer in layers)
        {
            string directory = MakeRoot();
            LayerApplyResult result = Apply(directory, layer, WhiteoutMode.Overlay);
            if (result.IsLoose)
            {
                using RootDirectory root = RootDirectory.Open(directory);
                using RootDirectory? parents = chain.Count == 0 ? null : View(chain, rootMetadata);
                LooseLayerCompleter.Complete(root, result, parents, new ApplyOptions { Whiteouts = WhiteoutMode.Overlay });
            }

            rootMetadata = result.HasRootEntry ? directory : rootMetadata;
            if (result.HasOpaqueRoot)
            {
                chain.Clear();
            }

            chain.Insert(0, directory);
        }

        using RootDirectory view = View(chain, rootMetadata);
        return TreeListing.Of(view);
    }

    private RootDirectory View(IReadOnlyList<string> chain, string? rootMetadata)
    {
        string top = MakeRoot();
        if (rootMetadata is not null)
        {
            using RootDirectory from = RootDirectory.Open(rootMetadata);
            using RootDirectory to = RootDirectory.Open(top);
            using DirectoryHandle source = from.OpenSelf();
            using DirectoryHandle target = to.OpenSelf();
            FileStatus status = source.Stat();
            target.SetOwner(null, status.UserId, status.GroupId);
            foreach (Xattr xattr in source.ListXattrs(null).Where(static x => !x.Name.StartsWith("trusted.overlay."u8)))
            {
                target.SetXattr(null, xattr.Name, xattr.Value);
            }

            target.SetMode(null, status.Mode);
            target.SetTimes(null, null, status.ModifiedAt);
        }

        return Mounter.MountDetached(new Mount("overlay", "overlay", [$"lowerdir={string.Join(':', chain.Prepend(top))}"]));
    }

    private static void SetDefaults(string path)
    {
        using RootDirectory root = RootDirectory.Open(path);
        using DirectoryHandle self = root.OpenSelf();
        self.SetOwner(null, 0, 0);
        self.SetMode(null, 0x1ed);
        self.SetTimes(null, null, Timestamp.Epoch);
    }
}
