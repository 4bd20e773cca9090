using System.Globalization;
using System.Text;
using LayerStore.Content;
using LayerStore.Oci;
using Snapshotter;

namespace BenchTool.Fill;

/// <summary>Puts many small things into a store, so that what its listings and its collector cost can be measured against their number.</summary>
internal sealed class StoreFiller(Store store)
{
    /// <summary>Opens the store at a root, fills it, and does not wait for the disk.</summary>
    /// <param name="root">The store's directory.</param>
    /// <param name="what">snapshots, images or blobs.</param>
    /// <param name="from">How many there are already.</param>
    /// <param name="to">How many there shall be.</param>
    public static async Task RunAsync(string root, string what, int from, int to)
    {
        Store store = await Store.OpenAsync(root, new StoreOptions { Sync = false });
        await using (store)
        {
            StoreFiller filler = new(store);
            Func<int, Task> add = what switch
            {
                "snapshots" => filler.AddSnapshotAsync,
                "images" => filler.AddImageAsync,
                "blobs" => async i => await filler.AddBlobAsync($"blob {i}"),
                _ => throw new FormatException($"there is no {what} to fill a store with: snapshots, images and blobs are"),
            };
            for (int i = from; i < to; i++)
                await add(i);
        }
    }

    private async Task AddSnapshotAsync(int number) =>
        await store.Snapshots.PrepareAsync(string.Create(CultureInfo.InvariantCulture, $"snapshot-{number:000000}"), parent: null);

    // An image of three blobs of its own; nothing unpacks it.
    private async Task AddImageAsync(int number)
    {
        BlobInfo layer = await AddBlobAsync($"layer {number}");
        BlobInfo config = await AddBlobAsync($$$"""{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["{{{layer.Digest}}}"]}}""");
        string manifest = $$$"""
            {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{{{config.Digest}}}","size":{{{config.Size}}}},
            "layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"{{{layer.Digest}}}","size":{{{layer.Size}}}}]}
            """;
        BlobInfo blob = await AddBlobAsync(manifest);
        Descriptor descriptor = new("application/vnd.oci.image.manifest.v1+json", blob.Digest, blob.Size);
        await store.Images.PutAsync(string.Create(CultureInfo.InvariantCulture, $"localhost/image:{number:000000}"), descriptor, descriptor);
    }

    private async Task<BlobInfo> AddBlobAsync(string text) =>
        await store.Content.WriteBlobAsync($"fill-{Guid.NewGuid()}", Encoding.UTF8.GetBytes(text));
}
