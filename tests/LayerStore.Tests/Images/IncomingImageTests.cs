using LayerStore.Content;
using LayerStore.Images;
using LayerStore.Oci;
using LayerStore.Tests.Content;
using LayerStore.Tests.Transports;
using LayerStore.Transports;

namespace LayerStore.Tests.Images;

public sealed class IncomingImageTests : IDisposable
{
    private const string Text = "some bytes of a layer";

    private static readonly string[] s_upAndDown = ["up", "down", "up", "down"];

    private readonly TempDirectory _temp = new();
    private readonly TestLayout _layout = new();
    private readonly OpenStore _store;

    public IncomingImageTests() => _store = new OpenStore(_temp["store"]);

    public void Dispose()
    {
        _store.Dispose();
        _layout.Dispose();
        _temp.Dispose();
    }

    private Task<IncomingImage> BeginAsync(IImageSource source) => new ImageCopier(_store.Content).BeginPullAsync(source);

    private static async Task<string> ReadAsync(IncomingImage image, Descriptor blob)
    {
        await using Stream stream = await image.OpenAsync(blob);
        using StreamReader reader = new(stream);
        return await reader.ReadToEndAsync();
    }

    [Fact]
    public async Task Who_reads_a_blob_has_it_stored_in_the_same_pass_and_may_read_it_again()
    {
        _layout.Tag(_layout.Image(Text));
        await using IImageSource source = _layout.Open();
        await using IncomingImage image = await BeginAsync(source);
        Descriptor layer = image.Resolved.Manifest.Layers[0];

        Assert.Equal(Text, await ReadAsync(image, layer));
        File.Delete(_layout.BlobPath(layer));
        Assert.Equal(Text, await ReadAsync(image, layer));
        Assert.Empty(await _store.ListAsync());

        await image.CommitAsync();
        Assert.Equal(3, (await _store.ListAsync()).Count);
        Assert.Empty(await _store.ListIngestsAsync());
        Assert.Equal(Text, await ReadAsync(image, layer));
    }

    [Fact]
    public async Task A_half_copied_blob_is_read_whole()
    {
        _layout.Tag(_layout.Image(Text));
        await using IImageSource source = _layout.Open();
        Descriptor layer = _layout.Blob(MediaTypes.OciLayer, Text);
        await using (IngestWriter writer = await _store.Content.BeginIngestAsync($"blob-{layer.Digest}"))
        {
            writer.Write("some bytes"u8);
        }

        await using IncomingImage image = await BeginAsync(source);
        Assert.Equal(Text, await ReadAsync(image, layer));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    public async Task The_last_byte_of_a_wrong_blob_is_not_returned(int bufferSize)
    {
        _layout.Tag(_layout.Image(Text));
        await using IImageSource source = _layout.Open();
        await using IncomingImage image = await BeginAsync(source);
        Descriptor layer = image.Resolved.Manifest.Layers[0];
        File.WriteAllText(_layout.BlobPath(layer), Text.ToUpperInvariant());

        await using (Stream stream = await image.OpenAsync(layer))
        {
            int count = 0;
            byte[] buffer = new byte[bufferSize];
            Assert.Throws<DigestMismatchException>(() =>
            {
                for (int read; (read = stream.Read(buffer)) > 0; count += read)
                {
                }
            });
            Assert.True(count < Text.Length);
        }

        await Assert.ThrowsAsync<DigestMismatchException>(() => image.VerifyBegunAsync());
        await Assert.ThrowsAsync<DigestMismatchException>(() => image.CommitAsync());
        Assert.Empty(await _store.ListAsync());
        Assert.Empty(await _store.ListIngestsAsync());
    }

    [Fact]
    public async Task What_is_not_committed_is_left_to_be_resumed_unless_it_is_discarded()
    {
        _layout.Tag(_layout.Image(Text));
        await using IImageSource source = _layout.Open();
        await using (IncomingImage image = await BeginAsync(source))
        {
            await ReadAsync(image, image.Resolved.Manifest.Layers[0]);
        }

        Assert.Equal(Text.Length, Assert.Single(await _store.ListIngestsAsync()).Offset);
        await using (IncomingImage image = await BeginAsync(source))
        {
            image.Discard();
        }

        Assert.Empty(await _store.ListIngestsAsync());
    }

    [Fact]
    public async Task Images_with_the_same_layers_in_another_order_do_not_wait_for_each_other()
    {
        Descriptor config = _layout.Blob(MediaTypes.OciEmpty, "{}");
        Descriptor[] layers = [.. Enumerable.Range(0, 8).Select(i => _layout.Blob(MediaTypes.OciLayer, $"layer {i}"))];
        _layout.Tag(_layout.Manifest(MediaTypes.OciManifest, config, layers), "up");
        _layout.Tag(_layout.Manifest(MediaTypes.OciManifest, config, [.. Enumerable.Reverse(layers)]), "down");

        await Task.WhenAll(s_upAndDown.Select(tag => Task.Run(async () =>
        {
            await using IImageSource source = _layout.Open(tag);
            await using IncomingImage image = await BeginAsync(source);
            await image.CommitAsync();
        })));

        Assert.Equal(layers.Length + 3, (await _store.ListAsync()).Count);
    }

    [Fact]
    public async Task An_image_of_very_many_blobs_comes_a_part_at_a_time()
    {
        Descriptor config = _layout.Blob(MediaTypes.OciEmpty, "{}");
        Descriptor[] layers = [.. Enumerable.Range(0, 200).Select(i => _layout.Blob(MediaTypes.OciLayer, $"layer {i}"))];
        _layout.Tag(_layout.Manifest(MediaTypes.OciManifest, config, layers));
        await using IImageSource source = _layout.Open();

        await using IncomingImage image = await BeginAsync(source);
        Assert.Equal(layers.Length + 1, (await _store.ListAsync()).Count);
        Assert.Equal("layer 7", await ReadAsync(image, layers[7]));
        await image.CommitAsync();
        Assert.Equal(layers.Length + 2, (await _store.ListAsync()).Count);
    }
}
