using LayerStore.Content;
using LayerStore.Metadata;
using LayerStore.Tests.Contracts;

namespace LayerStore.Tests.Content;

/// <summary>The store of files under the contract.</summary>
public sealed class ContentStoreTests : IngestContract, IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly List<SqliteDatabase> _databases = [];
    private readonly StoreLayout _layout;

    public ContentStoreTests()
    {
        _layout = StoreLayout.OpenOrCreate(_directory.Path, XattrNamespace.Trusted);
        Store = Reopen();
    }

    protected override IContentStore Store { get; }

    public void Dispose()
    {
        _databases.ForEach(d => d.Dispose());
        _directory.Dispose();
    }

    protected override IContentStore Reopen()
    {
        SqliteDatabase database = MetadataDatabase.Open(_layout);
        lock (_databases)
        {
            _databases.Add(database);
        }

        return new ContentStore(_layout, database);
    }

    protected override void Damage(Digest digest) => BlobFile.FlipOneBit(_layout.Blob(digest));
}
