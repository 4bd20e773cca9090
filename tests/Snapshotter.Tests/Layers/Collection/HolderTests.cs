using LayerStore;
using LayerStore.Images;
using LayerStore.Leases;
using Snapshotter.Layers.Collection;

namespace Snapshotter.Tests.Layers.Collection;

public sealed class HolderTests
{
    [SkippableFact]
    public async Task Each_root_is_named_with_the_way_from_it()
    {
        Tools.RequireRoot();
        await using CollectionStore it = await CollectionStore.MakeAsync();
        Image image = await it.PullAsync("multi", "image");
        ImageView view = await it.Store.LoadAsync(image);
        await it.Store.MountAsync("image", it.Temp["m"], key: "k");
        await it.Store.Leases.CreateAsync("mine");
        await it.Store.Leases.AddResourcesAsync("mine", [LeaseResource.Blob(image.Target.Digest)]);

        string layer = view.Manifest.Layers[0].Digest.ToString();
        Assert.Equal(
            [
                $"active snapshot k > manifest {image.Manifest.Digest} > layer blob {layer}",
                $"image {image.Name} > manifest {image.Manifest.Digest} > layer blob {layer}",
                $"lease mine > blob {image.Target.Digest} > manifest {image.Manifest.Digest} > layer blob {layer}",
            ],
            await PathsAsync(it, layer));
        Assert.Contains($"image {image.Name} > snapshot {view.ChainId}", await PathsAsync(it, view.ChainId!.ToString()));
        Assert.Equal(["active snapshot k"], await PathsAsync(it, "k"));
        Assert.Equal(["active snapshot k"], await PathsAsync(it, it.Temp["m/etc"]));
        Assert.Equal(await PathsAsync(it, layer), await PathsAsync(it, Path.Join(it.Root, "blobs/sha256", layer["sha256:".Length..])));
        Assert.Equal(["store metadata.db"], await PathsAsync(it, Path.Join(it.Root, "metadata.db")));
    }

    [SkippableFact]
    public async Task A_file_in_an_unpacked_layer_is_held_as_the_layer_is()
    {
        Tools.RequireRoot();
        await using CollectionStore it = await CollectionStore.MakeAsync();
        Image image = await it.PullAsync("busybox", "image");
        string tree = Directory.EnumerateDirectories(Path.Join(it.Root, "t")).First(path => Directory.EnumerateFileSystemEntries(path).Any());

        IReadOnlyList<string> paths = await PathsAsync(it, Path.Join(tree, "bin"));

        string path = Assert.Single(paths);
        Assert.StartsWith($"image {image.Name} > snapshot sha256:", path, StringComparison.Ordinal);
        Assert.Contains(" > unpacked layer sha256:", path, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task What_nothing_holds_has_no_path_and_what_is_not_here_is_NotFound()
    {
        Tools.RequireRoot();
        await using CollectionStore it = await CollectionStore.MakeAsync();
        Digest blob = await it.AddBlobAsync([1, 2, 3]);
        it.Temp.WriteFile("root/foreign", "text");

        Assert.Empty(await PathsAsync(it, blob.ToString()));
        foreach (string absent in (string[])[Digest.Compute("x"u8).ToString(), "no such key", it.Temp["elsewhere"], Path.Join(it.Root, "foreign"), Path.Join(it.Root, "t/77")])
        {
            LayerStoreException e = await Assert.ThrowsAsync<LayerStoreException>(() => it.Store.FindHoldersAsync(absent));
            Assert.Equal(ErrorKind.NotFound, e.Kind);
        }
    }

    private static async Task<IReadOnlyList<string>> PathsAsync(CollectionStore it, string thing)
    {
        HoldingReport report = await it.Store.FindHoldersAsync(thing);
        return [.. report.Paths.Select(path => string.Join(" > ", path.Select(item => $"{item.Description} {item.Name}"))).Order(StringComparer.Ordinal)];
    }
}
