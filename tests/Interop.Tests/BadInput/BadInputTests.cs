using LayerStore;
using LayerStore.Oci;
using LayerStore.Transports;
using Snapshotter;
using Snapshotter.Layers.Pull;

namespace Interop.Tests.BadInput;

/// <summary>What is wrong with an image is said, with a hint, and the store is as it was.</summary>
public sealed class BadInputTests : IDisposable
{
    // Each makes a good image bad in one way; "before" is in the store and shares layers with it.
    private static readonly Dictionary<string, Action<EditableLayout>> s_damages = new()
    {
        ["a manifest with a wrong byte"] = layout => FlipByte(layout.ManifestFile, 10),
        ["a config with a wrong byte"] = layout => FlipByte(layout.ConfigFile, 10),
        ["a layer with a wrong byte"] = layout => FlipByte(layout.LayerFile(1), 1000),
        ["a layer that is cut short"] = layout => Resize(layout.LayerFile(1), -100),
        ["a layer with bytes too many"] = layout => Resize(layout.LayerFile(1), +100),
        ["a layer whose blob is missing"] = layout => File.Delete(layout.LayerFile(5)),
        ["a config whose blob is missing"] = layout => File.Delete(layout.ConfigFile),
        ["a gzip stream that ends early"] = layout => layout.ReplaceLayer(1, File.ReadAllBytes(layout.LayerFile(1))[..^3000]),
        ["a gzip stream without its checksum"] = layout => layout.ReplaceLayer(1, File.ReadAllBytes(layout.LayerFile(1))[..^8]),
        ["a layer that is no archive"] = layout => layout.ReplaceLayer(1, new byte[1000].Select(_ => (byte)'x').ToArray()),
        ["a layer that is another one"] = layout => layout.ReplaceLayer(2, File.ReadAllBytes(layout.LayerFile(0))),
        ["a wrong diffID in the middle"] = layout => layout.EditConfig(config => config["rootfs"]!["diff_ids"]![2] = "sha256:" + new string('1', 64)),
        ["a wrong diffID at the end"] = layout => layout.EditConfig(config => config["rootfs"]!["diff_ids"]![5] = "sha256:" + new string('1', 64)),
        ["a diffID too few"] = layout => layout.EditConfig(config => config["rootfs"]!["diff_ids"]!.AsArray().RemoveAt(5)),
        ["an unknown digest algorithm"] = layout => layout.EditConfig(config => config["rootfs"]!["diff_ids"]![5] = "md5:" + new string('1', 32)),
    };

    private readonly TempDirectory _temp = new();

    public static TheoryData<string> Damages { get; } = [.. s_damages.Keys];

    public void Dispose() => _temp.Dispose();

    [SkippableTheory]
    [MemberData(nameof(Damages))]
    public async Task A_damaged_image_is_refused(string damage)
    {
        Tools.RequireRoot();
        var layout = new EditableLayout(_temp["layout"], "layers");
        s_damages[damage](layout);
        await using Store store = await OpenAsync(_temp["store"]);
        var before = await StoreListing.OfAsync(store);

        LayerStoreException error = await RefusedAsync(() => store.PullAsync(TransportReference.Parse(layout.Source), new() { Name = "bad" }));

        Assert.Equal(ErrorKind.DataLoss, error.Kind);
        Assert.Equal(before, await StoreListing.OfAsync(store));

        // A plain tree is not left half made either, and the good image is still taken.
        Assert.Equal(ErrorKind.DataLoss, (await RefusedAsync(() => Store.UnpackAsync(TransportReference.Parse(layout.Source), _temp["plain"]))).Kind);
        Assert.False(Directory.Exists(_temp["plain"]));
        await store.PullAsync(TransportReference.Parse(TestData.Source("layers")), new() { Name = "good" });
        await store.UnpackAsync("good", _temp["good"]);
        Assert.Equal(TestData.ExpectedTree("layers"), TestData.Tree(_temp["good"]));
    }

    [SkippableTheory]
    [InlineData("layout", "no-such-tag", "no-such-tag")]
    [InlineData("no-such-directory", "layers", "no-such-directory")]
    public async Task What_is_not_there_is_not_found(string directory, string tag, string named)
    {
        Tools.RequireRoot();
        await using Store store = await OpenAsync(_temp["store"]);
        var before = await StoreListing.OfAsync(store);
        var source = TransportReference.Parse($"oci:{Path.Combine(TestData.Root, directory)}:{tag}");

        LayerStoreException error = await RefusedAsync(() => store.PullAsync(source));

        Assert.Equal(ErrorKind.NotFound, error.Kind);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, await StoreListing.OfAsync(store));
    }

    [SkippableTheory]
    [InlineData("multi")]
    [InlineData("nested")]
    public async Task A_platform_that_is_not_there_is_not_found_and_those_that_are_are_named(string tag)
    {
        Tools.RequireRoot();
        await using Store store = await OpenAsync(_temp["store"]);
        var before = await StoreListing.OfAsync(store);

        LayerStoreException error = await RefusedAsync(() => store.PullAsync(
            TransportReference.Parse(TestData.Source(tag)), new PullOptions { Platform = Platform.Parse("linux/s390x") }));

        Assert.Equal(ErrorKind.NotFound, error.Kind);
        Assert.Contains("linux/s390x", error.Message, StringComparison.Ordinal);
        Assert.Contains("linux/amd64", error.Message + error.Hint, StringComparison.Ordinal);
        Assert.Contains("linux/arm64", error.Message + error.Hint, StringComparison.Ordinal);
        Assert.DoesNotContain("unknown", error.Message + error.Hint, StringComparison.Ordinal);
        Assert.Equal(before, await StoreListing.OfAsync(store));
    }

    [SkippableFact]
    public async Task An_artifact_is_not_unpacked()
    {
        Tools.RequireRoot();
        await using Store store = await OpenAsync(_temp["store"]);
        var before = await StoreListing.OfAsync(store);

        LayerStoreException error = await RefusedAsync(() => store.PullAsync(TransportReference.Parse(TestData.Source("artifact"))));

        Assert.Equal(ErrorKind.DataLoss, error.Kind);
        Assert.Equal(before, await StoreListing.OfAsync(store));
    }

    // From too small for the first blob to too small for the last layer; the last has room for the bytes and not for the files.
    [SkippableTheory]
    [InlineData("size=1m")]
    [InlineData("size=1536k")]
    [InlineData("size=2m")]
    [InlineData("size=2560k")]
    [InlineData("size=3m")]
    [InlineData("size=64m,nr_inodes=200")]
    public async Task A_full_disk_is_said_and_the_space_is_free_again(string options)
    {
        Tools.RequireRoot();
        var disk = _temp.CreateDirectory("disk");
        ProcessRunner.Run("mount", "-t", "tmpfs", "-o", options, "small", disk);
        await using Store store = await Store.OpenAsync(Path.Combine(disk, "store"));
        var before = await StoreListing.OfAsync(store);

        LayerStoreException error = await RefusedAsync(() => store.PullAsync(TransportReference.Parse(TestData.Source("layers"))));

        Assert.Equal(ErrorKind.ResourceExhausted, error.Kind);
        Assert.Equal(before, await StoreListing.OfAsync(store));
        ProcessRunner.Run("mount", "-o", "remount,size=64m,nr_inodes=10000", disk);
        await store.PullAsync(TransportReference.Parse(TestData.Source("layers")), new() { Name = "good" });
        await store.UnpackAsync("good", _temp["good"]);
        Assert.Equal(TestData.ExpectedTree("layers"), TestData.Tree(_temp["good"]));
    }

    private static async Task<Store> OpenAsync(string root)
    {
        Store store = await Store.OpenAsync(root, new StoreOptions { Sync = false });
        await store.PullAsync(TransportReference.Parse(TestData.Source("busybox")), new() { Name = "before" });
        return store;
    }

    private static async Task<LayerStoreException> RefusedAsync(Func<Task> action)
    {
        var error = await Assert.ThrowsAnyAsync<LayerStoreException>(action);
        Assert.False(string.IsNullOrEmpty(error.Hint), $"no hint for: {error.Message}");
        Assert.DoesNotContain('\n', error.Message);
        Assert.False(error.Message.EndsWith('.'), error.Message);
        return error;
    }

    private static void FlipByte(string file, int offset)
    {
        using FileStream stream = File.Open(file, FileMode.Open, FileAccess.ReadWrite);
        stream.Position = offset;
        var value = stream.ReadByte();
        stream.Position = offset;
        stream.WriteByte((byte)(value ^ 1));
    }

    private static void Resize(string file, int change)
    {
        using FileStream stream = File.Open(file, FileMode.Open, FileAccess.ReadWrite);
        stream.SetLength(stream.Length + change);
    }
}
