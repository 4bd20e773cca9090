using LayerStore;
using LayerStore.Tar;
using Snapshotter.Erofs;
using Snapshotter.Layers;
using Snapshotter.Layers.Apply;
using Snapshotter.Linux;
using Snapshotter.Snapshots;
using Snapshotter.Tests.Layers;
using Snapshotter.Tests.Layers.Apply;
using Snapshotter.Tests.Linux;
using TreeListing = Snapshotter.Tests.Layers.TreeListing;

namespace Snapshotter.Tests.Erofs;

/// <summary>Makes layers both ways: an image that is mounted, and a directory that the applier fills.</summary>
internal sealed class ErofsWorkshop : IDisposable
{
    private const int ENOTBLK = 15; // A kernel before 6.12 wants a block device.

    private static ReadOnlySpan<byte> Uuid => "a UUID's 16 bytes"u8[..16];

    private readonly ScratchDirectory _scratch = new();
    private int _next;

    public ErofsWorkshop()
    {
        Skip.IfNot(Privileges.CanMount() && UserNamespace.Current.IsInitial, "needs root, to mount");
        Tools.RequireFileSystem("erofs");
    }

    public static ApplyOptions Options { get; } = new() { Whiteouts = WhiteoutMode.Overlay };

    public void Dispose() => _scratch.Dispose();

    public static byte[] Tar(TestLayer layer)
    {
        using MemoryStream stream = new();
        layer.WriteTo(stream);
        return stream.ToArray();
    }

    public static ErofsLayer? TryRead(byte[] tar, ApplyOptions? options = null) =>
        ErofsLayer.TryRead(new TarReader(new MemoryStream(tar)), options ?? Options, CancellationToken.None);

    public static byte[] Image(ErofsLayer layer, long dataBytes)
    {
        using MemoryStream image = new();
        layer.WriteImage(image, dataBytes, Uuid);
        return image.ToArray();
    }

    /// <summary>Mounts a layer's image, and opens the layer's root in it.</summary>
    public RootDirectory Mount(ErofsLayer layer, byte[] tar)
    {
        string directory = _scratch.Make($"e{_next++}");
        string data = Path.Join(directory, "data");
        string image = Path.Join(directory, "image");
        File.WriteAllBytes(data, tar);
        File.WriteAllBytes(image, Image(layer, tar.Length));
        try
        {
            using RootDirectory mount = Mounter.MountDetached(new Mount("erofs", image, ["ro", $"device={data}"]));
            using DirectoryHandle top = mount.OpenSelf();
            Assert.Equal(ErofsLayer.WrapperName, Assert.Single(top.List()).Name.ToString());
            return RootDirectory.FromHandle(top.OpenChild(TestLayer.Bytes(ErofsLayer.WrapperName)).Handle);
        }
        catch (LinuxException e) when (e.Errno == ENOTBLK)
        {
            Skip.If(true, "this kernel mounts no EROFS image from a file");
            throw;
        }
    }

    /// <summary>Applies a layer to a new directory, which is opened.</summary>
    public (RootDirectory Root, LayerApplyResult Result) Apply(byte[] tar)
    {
        RootDirectory root = RootDirectory.Open(_scratch.Make($"d{_next++}"));
        using (DirectoryHandle self = root.OpenSelf())
        {
            self.SetMode(null, 0x1ed);
            self.SetTimes(null, null, Timestamp.Epoch);
        }

        try
        {
            using LayerApplier applier = new(root, Options);
            return (root, applier.Apply(new TarReader(new MemoryStream(tar))));
        }
        catch
        {
            root.Dispose();
            throw;
        }
    }

    /// <summary>The image is read, and shows what the applier makes of the tar.</summary>
    public void AssertSame(byte[] tar)
    {
        ErofsLayer? layer = TryRead(tar);
        Assert.NotNull(layer);
        (RootDirectory applied, LayerApplyResult result) = Apply(tar);
        using RootDirectory mounted = Mount(layer, tar);
        using (applied)
        {
            Assert.Equal(result.ImpliedDirectories, layer.ImpliedDirectories.Order());
            Assert.Equal(result.IsLoose, layer.IsLoose);
            Assert.Equal((result.Entries, result.HasRootEntry, result.HasOpaqueRoot), (layer.Entries, layer.HasRootEntry, layer.HasOpaqueRoot));
            IReadOnlyList<TreeFile> expected = TreeListing.Files(applied);
            IReadOnlyList<TreeFile> shown = TreeListing.Files(mounted);
            Assert.Equal(expected.Select(Line), shown.Select(Line));
            Assert.Equal(layer.Inodes, shown.Select(static file => file.Status.Inode).Distinct().Count());
            ILookup<ByteString, TreeFile> below = shown.Skip(1).Where(static file => file.Status.IsDirectory).ToLookup(static file => LayerPath.Split(file.Path).Directory);
            Assert.All(
                shown.Where(static file => file.Status.IsDirectory),
                (file, i) => Assert.Equal(2 + below[i == 0 ? ByteString.Empty : file.Path].Count(), (int)file.Status.LinkCount));
        }
    }

    /// <summary>Everything about a file. Of a whiteout nothing else matters, and how directories count their links file systems differ about.</summary>
    private static string Line(TreeFile file) => file.Status switch
    {
        { IsWhiteout: true } => $"{file.Path} whiteout",
        { IsDirectory: true } => file.ToString(),
        _ => $"{file} {file.Status.LinkCount} links",
    };
}
