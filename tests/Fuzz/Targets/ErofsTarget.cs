using Fuzz.Engine;
using LayerStore;
using LayerStore.Compression;
using LayerStore.Tar;
using Microsoft.Win32.SafeHandles;
using Snapshotter.Erofs;
using Snapshotter.Layers;
using Snapshotter.Layers.Apply;
using Snapshotter.Linux;
using Snapshotter.Snapshots;
using Snapshotter.Tests.Layers;

namespace Fuzz.Targets;

/// <summary>A layer as an EROFS image, beside the same layer stored for overlay on the same base.</summary>
internal sealed class ErofsTarget : LayerTarget
{
    // Made once: a layer that another is stored upon is only read. It has no whiteouts, so it shows what its directory holds.
    private readonly Lazy<string> _lower;

    private const int ENOTBLK = 15; // A kernel before 6.12 wants a block device.

    // Not in memory: the kernel mounts no image from a file on tmpfs.
    private readonly Lazy<string> _images = new(() =>
    {
        string directory = Directory.CreateTempSubdirectory("layerstore-fuzz-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Trees.Remove(directory);
        return directory;
    });

    public ErofsTarget() => _lower = new(() =>
    {
        string lower = Path.Combine(Workspace.Root, "erofs-lower");
        LayerApply.ToOverlay(new MemoryStream(Base), lower, [], Options);
        return lower;
    });

    public override string Name => "erofs";

    public override string Description => "a plain layer's image shows what applying it makes, and what is refused has no image";

    public override IReadOnlyList<string> Code => [.. base.Code, "Snapshotter.Erofs."];

    protected override void Run(byte[] input, string work)
    {
        string applied = Path.Combine(work, "applied");
        byte[] tar = Unpack(input);
        LayerStoreException? applyError = Try(() => LayerApply.ToOverlay(new MemoryStream(tar), applied, [_lower.Value], Options));
        ErofsLayer? layer = null;
        LayerStoreException? readError = Try(() => layer = ErofsLayer.TryRead(
            new TarReader(new MemoryStream(tar), Options.Limits.Tar), new ApplyOptions { Whiteouts = WhiteoutMode.Overlay }, CancellationToken.None));
        Rule.Holds(readError is null || applyError is not null, "what can be applied is read, or left to the applier", readError?.Message ?? "");
        if (layer is { IsLoose: true } && !TryComplete(layer))
        {
            layer = null;
        }

        Rule.Holds(layer is null || applyError is null or { Kind: not ErrorKind.DataLoss }, "what is refused has no image", applyError?.Message ?? "");
        if (applyError is not null)
        {
            throw applyError;
        }

        if (layer is not null && Show(layer, tar) is { } shown)
        {
            using RootDirectory expected = RootDirectory.Open(applied);
            Rule.Same(Describe(expected), shown, "an image shows what applying its layer makes");
        }
    }

    private bool TryComplete(ErofsLayer layer)
    {
        using RootDirectory lower = RootDirectory.Open(_lower.Value);
        return layer.TryComplete(lower);
    }

    private static byte[] Unpack(byte[] input)
    {
        using DecompressionStream stream = Decompressor.Open(new MemoryStream(input), Options.Limits.Compression);
        using MemoryStream tar = new();
        stream.CopyTo(tar);
        return tar.ToArray();
    }

    private static LayerStoreException? Try(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (LayerStoreException e)
        {
            return e;
        }
    }

    private byte[]? Show(ErofsLayer layer, byte[] tar)
    {
        string data = Path.Combine(_images.Value, "data");
        string image = Path.Combine(_images.Value, "image");
        File.WriteAllBytes(data, tar);
        using (FileStream stream = File.Create(image))
        {
            layer.WriteImage(stream, tar.Length, "one for all images"u8[..16]);
        }

        try
        {
            using RootDirectory mount = Mounter.MountDetached(new Mount("erofs", image, ["ro", $"device={data}"]));
            using DirectoryHandle top = mount.OpenSelf();
            SafeFileHandle root = top.OpenChild(ByteString.FromText(ErofsLayer.WrapperName)).Handle;
            using RootDirectory shown = RootDirectory.FromHandle(root);
            return Describe(shown);
        }
        catch (LinuxException e) when (e.Errno is Errno.ENODEV or ENOTBLK)
        {
            return null; // This kernel mounts no image from a file: nothing can be compared.
        }
        catch (Exception e) when (e is LayerStoreException or IOException)
        {
            throw new OracleException("an image can be mounted and read", e.ToString());
        }
    }

    /// <summary>A line for each file, with everything about it; of a whiteout nothing but that it is one.</summary>
    private static byte[] Describe(RootDirectory root) => System.Text.Encoding.UTF8.GetBytes(string.Join(
        '\n', TreeListing.Files(root).Select(static file => file.Status.IsWhiteout ? $"{file.Path} whiteout" : file.ToString())));
}
