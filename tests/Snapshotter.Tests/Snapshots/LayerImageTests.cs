using LayerStore;
using LayerStore.Images;
using LayerStore.Transports;
using Snapshotter.Layers.Check;
using Snapshotter.Layers.Mounts;
using Snapshotter.Linux;
using Snapshotter.Snapshots;

namespace Snapshotter.Tests.Snapshots;

/// <summary>The driver whose unpacked layers are EROFS images: when they are mounted, and what is done about damage.</summary>
public sealed class LayerImageTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public LayerImageTests() => Tools.RequireRoot();

    public void Dispose() => _temp.Dispose();

    [SkippableFact]
    public async Task A_layer_is_its_tar_and_an_image_and_nothing_is_extracted()
    {
        await using Store store = await PullAsync("layers");
        IReadOnlyList<LayerInfo> layers = await ImagesAsync(store);

        // Some of its layers are there to be difficult; a common one takes its directories from the layers below.
        Assert.Contains(layers, layer => layer.CompletedFor is null);
        Assert.Contains(layers, layer => layer.CompletedFor is not null);
        foreach (LayerInfo layer in layers)
        {
            Assert.Equal(["data", "image", "m"], Directory.EnumerateFileSystemEntries(layer.Directory).Select(path => Path.GetFileName(path)!).Order());
            Assert.Equal(layer.DiffId.Encoded, ProcessRunner.Run("sha256sum", Path.Join(layer.Directory, "data")).Output.Split(' ')[0]);
            Assert.Equal(layer.ImageDigest!.Encoded, ProcessRunner.Run("sha256sum", Path.Join(layer.Directory, "image")).Output.Split(' ')[0]);
        }
    }

    [SkippableFact]
    public async Task Images_are_mounted_once_while_snapshots_stand_on_them_and_not_longer()
    {
        await using Store store = await PullAsync("layers");
        int layers = (await ImagesAsync(store)).Count;
        Assert.Equal(0, CountMounts());
        await store.MountAsync("layers", _temp["one"], key: "one");
        await store.MountAsync("layers", _temp["two"], readOnly: true);
        Assert.Equal(layers, CountMounts());

        await store.UnmountAsync(_temp["two"]);
        Assert.Equal(layers, CountMounts());
        await store.UnmountAsync("one");
        Assert.Equal(0, CountMounts());

        // Who prepares a snapshot mounts it himself, nobody knows when.
        await store.Snapshots.PrepareAsync("three", await ChainAsync(store));
        Assert.Equal(layers, CountMounts());
        await store.Snapshots.RemoveAsync("three");
        Assert.Equal(0, CountMounts());
    }

    [SkippableFact]
    public async Task Whoever_asks_after_a_reboot_finds_them_mounted_again()
    {
        await using Store store = await PullAsync("layers");
        string chain = await ChainAsync(store);
        IReadOnlyList<Mount> before = await store.Snapshots.PrepareAsync("k", chain);
        int count = CountMounts();
        foreach (LayerInfo layer in await ImagesAsync(store))
        {
            ProcessRunner.Run("umount", Path.Join(layer.Directory, "m"));
        }

        IReadOnlyList<Mount> after = await store.Snapshots.MountsAsync("k");
        Assert.Equal(before.Single().Options, after.Single().Options);
        Assert.Equal(count, CountMounts());
    }

    [SkippableFact]
    public async Task A_mount_of_layers_that_are_not_there_fails_instead_of_showing_nothing()
    {
        await using Store store = await PullAsync("layers");
        string chain = await ChainAsync(store);
        IReadOnlyList<Mount> mounts = await store.Snapshots.PrepareAsync("k", chain);
        ProcessRunner.Run("umount", Path.Join((await ImagesAsync(store))[0].Directory, "m"));
        Directory.CreateDirectory(_temp["m"]);
        Assert.Throws<LinuxException>(() => Mounter.Mount(mounts.Single(), _temp["m"]));
    }

    [SkippableFact]
    public async Task Many_who_ask_at_once_get_one_mount_of_each()
    {
        await using Store store = await PullAsync("layers");
        string chain = await ChainAsync(store);
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async number =>
        {
            await using Store own = await Store.OpenAsync(_temp["root"]);
            await own.Snapshots.PrepareAsync($"k{number}", chain);
        }));
        Assert.Equal((await ImagesAsync(store)).Count, CountMounts());
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async number =>
        {
            await using Store own = await Store.OpenAsync(_temp["root"]);
            await own.Snapshots.RemoveAsync($"k{number}");
        }));
        await store.CollectAsync();
        Assert.Equal(0, CountMounts());
    }

    [SkippableFact]
    public async Task A_store_with_a_long_path_mounts_them_too()
    {
        string root = _temp[string.Join('/', Enumerable.Repeat(new string('d', 100), 3))];
        await using Store store = await PullAsync("whiteouts", root);
        await store.MountAsync("whiteouts", _temp["m"], readOnly: true);
        Assert.Equal(TestData.ExpectedTree("whiteouts"), TestData.Tree(_temp["m"]));
    }

    [SkippableFact]
    public async Task Where_images_cannot_be_mounted_no_store_is_made()
    {
        foreach (string directory in (string[])["lower", "upper", "work", "merged"])
        {
            _temp.CreateDirectory(directory);
        }

        ProcessRunner.Run("mount", "-t", "overlay", "overlay", "-o", $"lowerdir={_temp["lower"]},upperdir={_temp["upper"]},workdir={_temp["work"]}", _temp["merged"]);
        LayerStoreException error = await Assert.ThrowsAsync<LayerStoreException>(() => PullAsync("layers", _temp["merged/root"]));
        Assert.Equal(ErrorKind.Unimplemented, error.Kind);
        Assert.Contains("--driver overlay", error.Hint, StringComparison.Ordinal);
    }

    /// <summary>Damage to the files of a layer, and the words that are then said.</summary>
    public static TheoryData<string, string> Damages() => new()
    {
        { "printf X | dd of=data bs=1 seek=$at conv=notrunc; touch -d @0 data", "etc/passwd: other content" },
        { "printf X | dd of=data bs=1 seek=$at conv=notrunc", "etc/passwd: other content" },
        { "truncate -s $at data", "etc/passwd: other content" },
        { "printf XXXX | dd of=data bs=1 seek=$((at - 400)) conv=notrunc", ": its tar t/N/data is damaged where no file's content is" },
        { "rm data", ": its tar t/N/data is missing" },
        { "rm image", ": its image t/N/image is missing or damaged" },
        { "printf X | dd of=image bs=1 seek=1500 conv=notrunc", ": its image t/N/image is missing or damaged" },
        { "mkdir extra; touch extra/file", ": t/N/extra is not of this store" },
        { "umount m; cd ..; rm -r \"$OLDPWD\"", ": its directory t/N is missing" },
    };

    [SkippableTheory]
    [MemberData(nameof(Damages))]
    public async Task Damage_is_named_and_healed(string damage, string expected)
    {
        await using Store store = await PullAsync("layers");
        await store.MountAsync("layers", _temp["m"], key: "k");
        string before = TestData.Tree(_temp["m"]);
        LayerInfo layer = (await ImagesAsync(store)).First(one => File.Exists(Path.Join(one.Directory, "m/fs/etc/passwd")));
        ProcessRunner.Script(
            "at=$(LC_ALL=C grep -abo \"$(head -1 \"$2\")\" \"$1/data\" | head -1 | cut -d: -f1); cd \"$1\"; { " + damage + "; } 2> /dev/null", layer.Directory, Path.Join(layer.Directory, "m/fs/etc/passwd"));

        CheckReport found = await store.CheckAsync(new CheckOptions { ReadData = true });
        Assert.False(found.IsSound);
        Assert.Contains(found.Findings, finding => Text(finding).StartsWith(expected, StringComparison.Ordinal));
        Assert.All(found.Findings, finding => Assert.False(finding.IsRepaired));

        CheckReport mended = await store.CheckAsync(new CheckOptions { ReadData = true, Repair = true });
        Assert.True(mended.IsSound);
        Assert.Equal(found.Findings.Count, mended.Findings.Count);
        Assert.Empty((await store.CheckAsync(new CheckOptions { ReadData = true })).Findings);

        // What is mounted anew shows what was there.
        await store.UnmountAsync("k");
        foreach (LayerInfo one in await ImagesAsync(store))
        {
            ProcessRunner.TryRun("umount", Path.Join(one.Directory, "m"));
        }

        await store.MountAsync("layers", _temp["m"], key: "k");
        Assert.Equal(before, TestData.Tree(_temp["m"]));

        string Text(CheckFinding finding) => $"{finding.Path}: {finding.What.Replace($"t/{layer.Tree}", "t/N", StringComparison.Ordinal)}";
    }

    [SkippableFact]
    public async Task Damage_without_a_blob_is_told_and_nothing_is_changed()
    {
        await using Store store = await PullAsync("layers");
        LayerInfo layer = (await ImagesAsync(store))[0];
        string data = Path.Join(layer.Directory, "data");
        ProcessRunner.Script("printf X | dd of=\"$1\" bs=1 seek=600 conv=notrunc 2> /dev/null; rm \"$2\"/blobs/sha256/*", data, store.Root);
        byte[] before = await File.ReadAllBytesAsync(data);
        CheckReport report = await store.CheckAsync(new CheckOptions { Repair = true });
        Assert.Contains(report.Findings, finding => finding is { Subject: CheckSubject.Layer, IsRepaired: false } && finding.What.EndsWith("data is missing or damaged", StringComparison.Ordinal));
        Assert.Equal(before, await File.ReadAllBytesAsync(data));
    }

    [SkippableFact]
    public async Task A_layer_that_no_image_can_show_is_a_directory_among_images()
    {
        // A sparse file, on a plain layer.
        ProcessRunner.Script("""
            mkdir "$1/one" "$1/two"; echo plain > "$1/one/plain"; truncate -s 1M "$1/two/sparse"; echo end >> "$1/two/sparse"
            umoci init --layout "$1/layout"; umoci new --image "$1/layout:i"
            tar -C "$1/one" --owner=0 --group=0 -cf "$1/one.tar" .; tar -C "$1/two" --owner=0 --group=0 --format=gnu --sparse -cf "$1/two.tar" .
            umoci raw add-layer --image "$1/layout:i" "$1/one.tar"; umoci raw add-layer --image "$1/layout:i" "$1/two.tar"
            """, _temp.FullPath);
        await using Store store = await Store.OpenAsync(_temp["root"], new StoreOptions { Driver = StoreDriver.Erofs });
        Image image = await store.PullAsync(TransportReference.Parse($"oci:{_temp["layout"]}:i"));
        Assert.Equal([true, false], (await ((ILayerSnapshotter)store.Snapshots).ListLayersAsync()).Select(layer => layer.ImageDigest is not null));
        MountResult mount = await store.MountAsync(image.Name, _temp["m"], readOnly: true);
        Assert.Equal("plain\n", await File.ReadAllTextAsync(_temp["m/plain"]));
        Assert.Equal((1 << 20) + 4, new FileInfo(_temp["m/sparse"]).Length);
        Assert.Empty((await store.CheckAsync(new CheckOptions { ReadData = true })).Findings);
        await store.UnmountAsync(mount.Key);
    }

    private static async Task<IReadOnlyList<LayerInfo>> ImagesAsync(Store store) =>
        [.. (await ((ILayerSnapshotter)store.Snapshots).ListLayersAsync()).Where(layer => layer.ImageDigest is not null)];

    private static async Task<string> ChainAsync(Store store) =>
        (await ImageView.LoadAsync(new ContentBlobProvider(store.Content), (await store.Images.ListAsync().SingleAsync()).Manifest, platform: null, default)).ChainId!.ToString();

    private int CountMounts() =>
        Snapshotter.Linux.MountTable.Read().Count(entry => entry.FileSystemType == "erofs" && entry.Target.StartsWith(_temp.FullPath, StringComparison.Ordinal));

    private async Task<Store> PullAsync(string tag, string? root = null)
    {
        Store store = await Store.OpenAsync(root ?? _temp["root"], new StoreOptions { Driver = StoreDriver.Erofs });
        try
        {
            await store.PullAsync(TransportReference.Parse(TestData.Source(tag)), new() { Name = ImageName.Normalize(tag) });
            return store;
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }
}
