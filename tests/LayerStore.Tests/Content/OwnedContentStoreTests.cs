using LayerStore.Content;
using LayerStore.Metadata;
using LayerStore.Tests.Contracts;

namespace LayerStore.Tests.Content;

/// <summary>The store as an owner sees it under the contract, in a store where the command line and another owner have things too.</summary>
public sealed class OwnedContentStoreTests : IngestContract, IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly List<SqliteDatabase> _databases = [];
    private readonly StoreLayout _layout;

    public OwnedContentStoreTests()
    {
        _layout = StoreLayout.OpenOrCreate(_directory.Path, XattrNamespace.Trusted);
        Store = Reopen();
        foreach (IContentStore other in (IContentStore[])[Open(StoreOwner.CommandLine), Open("other")])
        {
            other.WriteBlobAsync("r", "of others"u8.ToArray(), labels: new Dictionary<string, string> { ["theirs"] = "x" }).GetAwaiter().GetResult();
            using IngestWriter writer = other.BeginIngestAsync("r").GetAwaiter().GetResult();
            writer.Write("of others"u8);
        }
    }

    protected override IContentStore Store { get; }

    public void Dispose()
    {
        _databases.ForEach(d => d.Dispose());
        _directory.Dispose();
    }

    protected override IContentStore Reopen() => Open("mine");

    protected override void Damage(Digest digest) => BlobFile.FlipOneBit(_layout.Blob(digest));

    private IContentStore Open(string owner)
    {
        SqliteDatabase database = MetadataDatabase.Open(_layout);
        lock (_databases)
        {
            _databases.Add(database);
        }

        return new ContentStore(_layout, database).ForOwner(owner);
    }
}
