using LayerStore;
using LayerStore.Content;
using LayerStore.Images;
using LayerStore.Oci;
using LayerStore.Transports;
using Snapshotter.Layers.Check;
using Snapshotter.Layers.Collection;

namespace Snapshotter.Tests.Layers.Collection;

/// <summary>A store with an image or two, to collect from.</summary>
internal sealed class CollectionStore : IAsyncDisposable
{
    private CollectionStore(TempDirectory temp, Store store)
    {
        Temp = temp;
        Store = store;
    }

    public TempDirectory Temp { get; }

    public Store Store { get; private set; }

    public string Root => Temp["root"];

    public static async Task<CollectionStore> MakeAsync(StoreDriver driver = StoreDriver.Overlay)
    {
        TempDirectory temp = new();
        try
        {
            return new CollectionStore(temp, await Store.OpenAsync(temp["root"], new StoreOptions { Driver = driver, Sync = false }));
        }
        catch
        {
            temp.Dispose();
            throw;
        }
    }

    public Task<Image> PullAsync(string tag, string name) =>
        Store.PullAsync(TransportReference.Parse(TestData.Source(tag)), new() { Name = name });

    /// <summary>The same store as another owner sees it. The caller disposes it.</summary>
    public Task<Store> OpenAsync(string owner) => Store.OpenAsync(Root, new StoreOptions { Owner = owner, Sync = false });

    public async Task ReopenAsync()
    {
        await Store.DisposeAsync();
        Store = await Store.OpenAsync(Root, new StoreOptions { Sync = false });
    }

    /// <summary>Takes an image's name away and nothing else, as a pull of another one under its name does.</summary>
    public Task ForgetAsync(string name) => Store.Images.DeleteAsync(ImageName.Normalize(name));

    public async Task<CollectionResult> CollectAsync() => await Store.CollectAsync();

    public async Task<HashSet<string>> NamesAsync()
    {
        HashSet<string> names = [];
        await foreach (BlobInfo blob in Store.Content.ListAsync())
        {
            names.Add(blob.Digest.ToString());
        }

        await foreach (var snapshot in Store.Snapshots.ListAsync())
        {
            names.Add(snapshot.Name);
        }

        names.UnionWith(Directory.EnumerateDirectories(Path.Join(Root, "t")).Select(path => "t/" + Path.GetFileName(path)).Where(name => name != "t/0"));
        return names;
    }

    public async Task<Digest> AddBlobAsync(byte[] bytes)
    {
        Descriptor descriptor = new(MediaTypes.OciLayer, Digest.Compute(bytes), bytes.Length);
        await Store.Content.WriteBlobAsync("test " + descriptor.Digest, bytes, descriptor);
        return descriptor.Digest;
    }

    public async Task AssertSoundAsync()
    {
        CheckReport report = await Store.CheckAsync(new CheckOptions { ReadData = true });
        Assert.Empty(report.Findings);
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        Temp.Dispose();
    }
}
