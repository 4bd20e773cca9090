using LayerStore;
using LayerStore.Compression;
using LayerStore.Content;
using LayerStore.Images;
using LayerStore.Leases;
using LayerStore.Oci;
using LayerStore.Tar;
using LayerStore.Transports;
using Snapshotter.Layers;
using Snapshotter.Layers.Commit;
using Snapshotter.Layers.Unpack;
using Snapshotter.Linux;
using Snapshotter.Snapshots;
using Snapshotter.Snapshots.Native;
using Snapshotter.Tests.Contracts;
using Snapshotter.Tests.Layers;
using static System.FormattableString;

namespace Snapshotter.Tests.Identity;

/// <summary>Lets histories take place in real stores and mounts, and compares all that shows what was mounted.</summary>
internal sealed class Laboratory : IDisposable
{
    /// <summary>So many histories have stores of their own: removing what very many leave takes long.</summary>
    private const int HistoriesOfAStore = 50;

    private readonly Variant _variant;
    private readonly ByteString _overlayPrefix;
    private TempDirectory _temp = new();
    private Store _here;
    private Store _there;
    private int _count;

    public Laboratory(Variant variant)
    {
        _variant = variant;
        _overlayPrefix = ByteString.FromText(variant == Variant.UserNamespace ? "user.overlay." : "trusted.overlay.");
        (_here, _there) = (Open("here"), Open("there"));
    }

    /// <summary>How many operations there were.</summary>
    public int Operations { get; private set; }

    /// <summary>How many of them changed something, so that it shows if the histories are about nothing.</summary>
    public int Changes { get; private set; }

    /// <summary>How many commits were compared.</summary>
    public int Commits { get; private set; }

    /// <summary>Lets a history take place.</summary>
    public void Run(History history)
    {
        if (++_count % HistoriesOfAStore == 0)
        {
            Dispose();
            _temp = new TempDirectory();
            (_here, _there) = (Open("here"), Open("there"));
        }

        RunAsync(history).GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        _here.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _there.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _temp.Dispose();
    }

    private async Task RunAsync(History history)
    {
        string name = Invariant($"h{_count}");
        Directory.CreateDirectory(_temp["work"]);
        try
        {
            (Digest? chain, IReadOnlyList<TreeFile> expected) = await MakeImageAsync(history.Layers, name);
            string key = name;
            await _here.Snapshots.PrepareAsync(key, chain?.ToString());
            for (int i = 0; i < history.Stages.Count; i++)
            {
                string image = Invariant($"{name}-{i}");
                (ImageView view, expected) = await ChangeAndCommitAsync(history.Stages[i], key, image, expected);
                await CompareAsync(view, image, expected);
                Commits++;
                if (history.Stages[i].Next != Continuation.SameKey)
                {
                    (_here, _there) = history.Stages[i].Next == Continuation.OtherStore ? (_there, _here) : (_here, _there);
                    key = Invariant($"{name}-k{i}");
                    await _here.Snapshots.PrepareAsync(key, view.ChainId!.ToString());
                    expected = WithoutOverlay(expected);
                }
            }
        }
        finally
        {
            using RootDirectory root = RootDirectory.Open(_temp.FullPath);
            using DirectoryHandle self = root.OpenSelf();
            self.RemoveTree(ByteString.FromText("work"));
        }
    }

    /// <summary>Makes the image to begin with, of plain trees, and returns what its snapshots must show.</summary>
    private async Task<(Digest? Chain, IReadOnlyList<TreeFile> Expected)> MakeImageAsync(IReadOnlyList<IReadOnlyList<Operation>> layers, string name)
    {
        EditedImage image = ImageEditor.CreateEmpty(Platform.Current);
        string older = MakeRoot("work/tree-0");
        for (int i = 0; i < layers.Count; i++)
        {
            string newer = MakeRoot(Invariant($"work/tree-{i + 1}"));
            Copy(older, newer);
            Apply(newer, layers[i]);
            using MemoryStream tar = new();
            LayerDiff.Write(older, newer, tar);
            (byte[] bytes, Digest digest) = (tar.ToArray(), Digest.Compute(tar.ToArray()));
            await _here.Content.WriteBlobAsync(name, bytes, new Descriptor(MediaTypes.OciLayer, digest, bytes.Length));
            image = ImageEditor.AppendLayer(image, new NewLayer(digest, bytes.Length, digest, CompressionKind.None, new HistoryEntry(default, null, null, null)));
            older = newer;
        }

        foreach (OciDocument document in (OciDocument[])[image.Config, image.Manifest])
        {
            await _here.Content.WriteBlobAsync(name, document.Bytes, document.Descriptor);
        }

        await _here.Images.PutAsync(ImageName.Normalize(name), image.Manifest.Descriptor, image.Manifest.Descriptor);
        ImageView view = await ImageView.LoadAsync(new ContentBlobProvider(_here.Content), image.Manifest.Descriptor, platform: null, default);
        await using WorkLease lease = await _here.Leases.BeginWorkAsync("test");
        await new LayerUnpacker(StoreLayout.Open(_here.Root), _here.Content, (DirectorySnapshotter)_here.Snapshots)
            .UnpackAsync(view, LayerOptions.Default, lease, progress: null, default);
        return (view.ChainId, WithoutOverlay(List(older)));
    }

    private async Task<(ImageView View, IReadOnlyList<TreeFile> Expected)> ChangeAndCommitAsync(Stage stage, string key, string image, IReadOnlyList<TreeFile> before)
    {
        IReadOnlyList<TreeFile> expected;
        CommitResult? result = null;
        MountedSnapshot mounted = await MountAsync(key);
        try
        {
            AssertSame(WithoutOverlay(before), WithoutOverlay(List(mounted.Path)), "the mounted snapshot before the changes");
            Apply(mounted.Path, stage.Changes);
            if (_variant == Variant.UserNamespace)
            {
                // Here the kernel cannot tell where a file was copied up from: one that has links since then has other inode
                // numbers under its old name than under the new one, until the next mount.
                mounted.Dispose();
                mounted = await MountAsync(key);
            }

            expected = List(mounted.Path);
            if (stage.IsMounted)
            {
                result = await CommitAsync(key, image);
                AssertSame(expected, List(mounted.Path), "the snapshot after the commit");
            }
        }
        finally
        {
            mounted.Dispose();
        }

        result ??= await CommitAsync(key, image);
        if (!stage.IsMounted)
        {
            using MountedSnapshot mount = await MountAsync(key);
            AssertSame(expected, List(mount.Path), "the snapshot after the commit");
        }

        return (await _here.LoadAsync(result.Image), expected);
    }

    private Task<CommitResult> CommitAsync(string key, string image) => _here.CommitAsync(key, image, new CommitOptions { Compression = CompressionKind.None });

    private async Task<MountedSnapshot> MountAsync(string key)
    {
        IReadOnlyList<Mount> mounts = await _here.Snapshots.MountsAsync(key);
        return new MountedSnapshot(
            _variant == Variant.Referring ? [.. mounts.Select(mount => mount with { Options = [.. mount.Options.Select(Refer)] })] : mounts,
            _temp["mount"]);
    }

    private static string Refer(string option) => option switch
    {
        "metacopy=off" => "metacopy=on",
        "redirect_dir=nofollow" => "redirect_dir=on",
        _ => option,
    };

    /// <summary>Compares what was mounted with a mount of the new image, with what another store unpacks of a copy, and with a plain tree.</summary>
    private async Task CompareAsync(ImageView view, string image, IReadOnlyList<TreeFile> expected)
    {
        string chain = view.ChainId!.ToString();
        await _here.Snapshots.ViewAsync(image, chain);
        using (MountedSnapshot mount = new(await _here.Snapshots.MountsAsync(image), _temp["view"]))
        {
            AssertSame(_variant == Variant.Native ? WithoutOverlay(expected) : expected, List(mount.Path), "a mount of the new image");
        }

        await _here.PushAsync(image, TransportReference.Parse($"oci:{_temp[$"work/{image}"]}:copy"));
        TransportReference copy = TransportReference.Parse($"oci:{_temp[$"work/{image}"]}:copy");
        string plain = _temp[$"work/{image}-plain"];
        await Store.UnpackAsync(copy, plain, new UnpackOptions { Sync = false });
        AssertSame(WithoutOverlay(expected), List(plain), "a plain tree of the new image");

        await _there.PullAsync(copy, new() { Name = image });
        if (_here.Snapshots is ILayerSnapshotter here && _there.Snapshots is ILayerSnapshotter there)
        {
            ImageLayer layer = view.Layers[^1];
            AssertSame(
                ListLayer((await there.StackAsync(chain)).Lowers[0]), ListLayer((await here.StackAsync(chain)).Lowers[0]), "the registered layer, not an unpacked one");
            if (await there.FindLayerAsync(layer.DiffId, layer.ChainId) is { ImageDigest: null } unpacked
                && await here.FindLayerAsync(layer.DiffId, layer.ChainId) is { ImageDigest: null } registered)
            {
                Assert.Equal(unpacked.ManifestDigest, registered.ManifestDigest);
            }
        }
    }

    private void Apply(string directory, IReadOnlyList<Operation> operations)
    {
        using LiveTree tree = new(directory);
        tree.Apply(operations);
        Operations += operations.Count;
        Changes += tree.Succeeded;
    }

    private string MakeRoot(string name)
    {
        Directory.CreateDirectory(_temp[name]);
        using RootDirectory root = RootDirectory.Open(_temp[name]);
        using DirectoryHandle self = root.OpenSelf();
        self.SetMode(null, 0x1ed);
        self.SetTimes(null, null, Timestamp.Epoch);
        return _temp[name];
    }

    private static void Copy(string tree, string to)
    {
        using RootDirectory scratch = RootDirectory.Open(Directory.CreateDirectory(to + "-links").FullName);
        using DirectoryHandle self = scratch.OpenSelf();
        TreeCopier.Copy(tree, to, self, CancellationToken.None);
    }

    private Store Open(string name) => Store.OpenAsync(
        _temp[name], new StoreOptions { Driver = _variant switch { Variant.Native => StoreDriver.Native, Variant.Erofs => StoreDriver.Erofs, _ => StoreDriver.Overlay }, Sync = false }).GetAwaiter().GetResult();

    /// <summary>A plain tree has no place for attributes that an overlay would act on: unpacking drops them.</summary>
    private IReadOnlyList<TreeFile> WithoutOverlay(IReadOnlyList<TreeFile> files) =>
        [.. files.Select(file => file with { Xattrs = [.. file.Xattrs.Where(xattr => !xattr.Name.StartsWith(_overlayPrefix.Span))] })];

    private static IReadOnlyList<TreeFile> List(string directory)
    {
        using RootDirectory root = RootDirectory.Open(directory);
        return TreeListing.Files(root);
    }

    /// <summary>What a layer's directory means: the metadata of its root and of whiteouts mean nothing.</summary>
    private static IEnumerable<TreeFile> ListLayer(string directory) => List(directory).Skip(1)
        .Select(file => file.Status.IsWhiteout ? new TreeFile(file.Path, new FileStatus { Type = FileType.CharacterDevice }, [], "whiteout") : file);

    private static void AssertSame(IEnumerable<TreeFile> expected, IEnumerable<TreeFile> actual, string what)
    {
        string[] missing = [.. expected.Select(static file => file.ToString()).Except(actual.Select(static file => file.ToString()))];
        string[] wrong = [.. actual.Select(static file => file.ToString()).Except(expected.Select(static file => file.ToString()))];
        Assert.True(
            missing.Length == 0 && wrong.Length == 0,
            $"{what}\n--- should be\n{string.Join('\n', missing)}\n--- is\n{string.Join('\n', wrong)}");
    }
}
