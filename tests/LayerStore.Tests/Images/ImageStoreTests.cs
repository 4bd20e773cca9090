using LayerStore.Content;
using LayerStore.Images;
using LayerStore.Metadata;
using LayerStore.Oci;

namespace LayerStore.Tests.Images;

public sealed class ImageStoreTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly ManualClock _clock = new();
    private readonly SqliteDatabase _database;
    private readonly ImageStore _images;

    public ImageStoreTests()
    {
        _database = MetadataDatabase.Open(StoreLayout.OpenOrCreate(_directory.Path, XattrNamespace.Trusted));
        _images = new ImageStore(_database, _clock);
    }

    public void Dispose()
    {
        _database.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task An_image_is_found_as_it_was_put()
    {
        Descriptor manifest = Describe("manifest") with { Platform = new Platform("linux", "arm64", "v8") };
        Image put = await _images.PutAsync("docker.io/library/a:latest", Describe("index"), manifest);
        Assert.Equal(manifest, put.Manifest);
        Assert.Equal(put, await _images.FindAsync("docker.io/library/a:latest"));
        Assert.Null(await _images.FindAsync("docker.io/library/a"));
    }

    [Fact]
    public async Task A_name_moves_and_keeps_its_first_time()
    {
        Image first = await _images.PutAsync("a", Describe("1"), Describe("1"));
        _clock.Now += TimeSpan.FromDays(1);
        Image same = await _images.PutAsync("a", Describe("1"), Describe("1"));
        Assert.Equal(first, same);
        Image moved = await _images.PutAsync("a", Describe("2"), Describe("3"));
        Assert.Equal((Describe("2"), Describe("3")), (moved.Target, moved.Manifest));
        Assert.Equal((first.CreatedAt, _clock.Now), (moved.CreatedAt, moved.UpdatedAt));
    }

    [Fact]
    public async Task Images_are_listed_by_name()
    {
        foreach (string name in (string[])["b", "a", "a:1", "B"])
        {
            await _images.PutAsync(name, Describe(name), Describe(name));
        }

        List<string> names = [];
        await foreach (Image image in _images.ListAsync())
        {
            Assert.Equal(Describe(image.Name), image.Target);
            names.Add(image.Name);
        }

        Assert.Equal(["B", "a", "a:1", "b"], names);
    }

    [Fact]
    public async Task A_deleted_name_is_gone_and_a_missing_one_NotFound()
    {
        await _images.PutAsync("a", Describe("1"), Describe("1"));
        await _images.DeleteAsync("a");
        Assert.Null(await _images.FindAsync("a"));
        LayerStoreException e = await Assert.ThrowsAsync<LayerStoreException>(() => _images.DeleteAsync("a"));
        Assert.Equal(ErrorKind.NotFound, e.Kind);
    }

    [Fact]
    public async Task A_name_is_text_in_one_line()
    {
        LayerStoreException e = await Assert.ThrowsAsync<LayerStoreException>(() => _images.PutAsync("a\nb", Describe("1"), Describe("1")));
        Assert.Equal(ErrorKind.InvalidArgument, e.Kind);
    }

    private static Descriptor Describe(string text) =>
        new("application/vnd.oci.image.manifest.v1+json", Digest.Compute(System.Text.Encoding.UTF8.GetBytes(text)), text.Length);
}
