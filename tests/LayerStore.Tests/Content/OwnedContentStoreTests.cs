using LayerStore.Content;

namespace LayerStore.Tests.Content;

/// <summary>The store as another owner sees it, where the command line and a third one have things too.</summary>
public sealed class OwnedContentStoreTests : FileStoreContract
{
    public OwnedContentStoreTests()
        : base("mine")
    {
        foreach (IContentStore other in (IContentStore[])[Open(StoreOwner.CommandLine), Open("other")])
        {
            other.WriteBlobAsync("r", "of others"u8.ToArray(), labels: new Dictionary<string, string> { ["theirs"] = "x" }).GetAwaiter().GetResult();
            using IngestWriter writer = other.BeginIngestAsync("r").GetAwaiter().GetResult();
            writer.Write("of others"u8);
        }
    }
}
