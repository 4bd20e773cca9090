using LayerStore;
using LayerStore.Content;
using Snapshotter.Layers.Commit;

namespace Snapshotter.Tests.Layers;

/// <summary>What a compressor writes piece by piece comes to the store in large ones, and all of it.</summary>
public sealed class IngestStreamTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData(10_007)]
    [InlineData(600_001)]
    public async Task An_ingest_gets_whole_pieces_and_then_the_rest(int length)
    {
        byte[] bytes = new byte[600_001];
        new Random(length).NextBytes(bytes);
        await using Store store = await Store.OpenAsync(_temp["root"], new StoreOptions { Sync = false });
        await using IngestWriter ingest = await store.Content.BeginIngestAsync("r");
        IngestStream stream = new(ingest);
        for (int offset = 0; offset < bytes.Length; offset += length)
        {
            stream.Write(bytes.AsSpan(offset, Math.Min(length, bytes.Length - offset)));
        }

        Assert.Equal(512 << 10, ingest.Offset);
        stream.Complete();
        Assert.Equal(Digest.Compute(bytes), ingest.Current());
        stream.IsClosed = true;
        stream.Write(bytes);
        Assert.Equal(bytes.Length, ingest.Offset);
    }
}
