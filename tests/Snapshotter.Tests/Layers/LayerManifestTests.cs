using LayerStore;
using LayerStore.Images;
using LayerStore.Transports;
using Snapshotter.Layers.Commit;
using Snapshotter.Layers.Manifest;
using Snapshotter.Linux;
using Snapshotter.Snapshots;

namespace Snapshotter.Tests.Layers;

public sealed class LayerManifestTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    public static TheoryData<string> Tags() => [.. TestData.Tags];

    [Theory]
    [MemberData(nameof(Tags))]
    public async Task Unpacking_notes_what_reading_the_whole_tree_again_finds(string tag)
    {
        await using Store store = await Store.OpenAsync(_temp["root"]);
        await store.PullAsync(TransportReference.Parse(TestData.Source(tag)));
        IReadOnlyList<LayerInfo> layers = await LayersOf(store);
        Assert.NotEmpty(layers);
        foreach (LayerInfo layer in layers)
        {
            byte[] noted = LayerManifest.ReadVerified(_temp[$"root/m/{layer.Tree}"], layer.ManifestDigest!);
            using RootDirectory tree = RootDirectory.Open(layer.Directory);
            OverlayXattrs? rootMarks = new ManifestReader(noted).Next()!.IsUnsaidRoot ? new("trusted") : null;
            (_, SnapshotUsage usage) = ManifestBuilder.Write(tree, _temp["again"], known: null, trueOwners: null, rootMarks, CancellationToken.None);
            Assert.Equal(File.ReadAllBytes(_temp["again"]), noted);
            Assert.Equal(usage.Inodes, layer.Usage.Inodes);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Committing_notes_what_unpacking_the_committed_layer_would(bool mounted)
    {
        await using Store store = await Store.OpenAsync(_temp["root"]);
        Image image = await store.PullAsync(TransportReference.Parse(TestData.Source("layers")));
        await store.MountAsync(image.Name, _temp["m"], key: "k");
        ProcessRunner.Run("sh", "-ec", """
            cd "$1"; echo new > new; mkdir -p d/e; ln new d/hard; ln -s ../new d/soft; rm -rf opt; mkdir opt; touch -d @1.123456789 opt/again
            truncate -s 3M sparse; mkfifo fifo; mknod null c 1 3; setfattr -n user.x -v y new; chmod 700 .; chown 7:8 etc
            """, "sh", _temp["m"]);
        if (!mounted)
        {
            await store.UnmountAsync("k");
        }

        CommitResult result = await store.CommitAsync("k", "changed", new CommitOptions());
        await store.PushAsync("changed", TransportReference.Parse($"oci:{_temp["out"]}:changed"));
        await using Store other = await Store.OpenAsync(_temp["other"]);
        await other.PullAsync(TransportReference.Parse($"oci:{_temp["out"]}:changed"));

        ImageView view = await store.LoadAsync(result.Image);
        Digest diffId = view.Layers[^1].DiffId;
        Assert.Equal(await EntriesOf(other, "other", diffId), await EntriesOf(store, "root", diffId));
        await store.UnmountAsync("k").ContinueWith(static _ => { }, TaskScheduler.Default);
    }

    [Fact]
    public async Task A_damaged_manifest_is_an_error_of_format_and_nothing_else()
    {
        await using Store store = await Store.OpenAsync(_temp["root"]);
        await store.PullAsync(TransportReference.Parse(TestData.Source("layers")));
        LayerInfo layer = (await LayersOf(store)).MinBy(layer => layer.Usage.Inodes)!;
        byte[] manifest = File.ReadAllBytes(_temp[$"root/m/{layer.Tree}"]);
        int damaged = 0;
        for (int at = 0; at < manifest.Length; at++)
        {
            byte[] flipped = [.. manifest];
            flipped[at] ^= 0xff;
            damaged += IsDamaged(flipped) ? 1 : 0;
            damaged += IsDamaged(manifest[..at]) ? 1 : 0;
        }

        Assert.NotEqual(0, damaged);
        File.WriteAllBytes(_temp[$"root/m/{layer.Tree}"], manifest[..^1]);
        LayerStoreException error = Assert.Throws<LayerStoreException>(
            () => LayerManifest.ReadVerified(_temp[$"root/m/{layer.Tree}"], layer.ManifestDigest!));
        Assert.Equal(ErrorKind.DataLoss, error.Kind);
    }

    private static bool IsDamaged(byte[] manifest)
    {
        try
        {
            ManifestReader reader = new(manifest);
            while (reader.Next() is not null)
            {
            }

            return false;
        }
        catch (FormatException)
        {
            return true;
        }
    }

    private static Task<IReadOnlyList<LayerInfo>> LayersOf(Store store) => ((ILayerSnapshotter)store.Snapshots).ListLayersAsync();

    private async Task<List<ManifestEntry>> EntriesOf(Store store, string root, Digest diffId)
    {
        LayerInfo layer = (await LayersOf(store)).Single(layer => layer.DiffId == diffId);
        ManifestReader reader = new(LayerManifest.ReadVerified(_temp[$"{root}/m/{layer.Tree}"], layer.ManifestDigest!));
        List<ManifestEntry> entries = [];
        while (reader.Next() is { } entry)
        {
            entries.Add(entry);
        }

        return entries;
    }
}
