using LayerStore.Content;
using LayerStore.Metadata;

namespace LayerStore.Tests.Content;

/// <summary>A store in a directory, open.</summary>
internal sealed class OpenStore : IDisposable
{
    private readonly SqliteDatabase _database;

    public OpenStore(string root, bool sync = true)
    {
        Layout = StoreLayout.OpenOrCreate(root, XattrNamespace.Trusted);
        _database = MetadataDatabase.Open(Layout, sync);
        Content = new ContentStore(Layout, _database, sync);
    }

    public StoreLayout Layout { get; }

    public ContentStore Content { get; }

    public async Task<List<BlobInfo>> ListAsync()
    {
        List<BlobInfo> all = [];
        await foreach (BlobInfo blob in Content.ListAsync())
        {
            all.Add(blob);
        }

        return all;
    }

    public async Task<List<IngestStatus>> ListIngestsAsync()
    {
        List<IngestStatus> all = [];
        await foreach (IngestStatus ingest in Content.ListIngestsAsync())
        {
            all.Add(ingest);
        }

        return all;
    }

    public void Dispose() => _database.Dispose();
}
