using System.Text;
using LayerStore.Oci;
using LayerStore.Tests.Oci;
using LayerStore.Transports;

namespace LayerStore.Tests.Transports;

public sealed class OciDirectorySinkTests : IDisposable
{
    private readonly TempDirectory _temp = new();
    private readonly TestLayout _layout = new();

    public void Dispose()
    {
        _layout.Dispose();
        _temp.Dispose();
    }

    private string Out => _temp["out"];

    private async Task WriteAsync(Descriptor target, string? tag, params Descriptor[] blobs)
    {
        await using IImageSource source = _layout.Open();
        await using IImageSink sink = ImageTransports.OpenSink(new TransportReference(TransportKind.OciDirectory, Out, tag));
        foreach (Descriptor blob in blobs.Prepend(target))
        {
            if (!await sink.ContainsAsync(blob))
            {
                await using Stream stream = await source.OpenAsync(blob);
                await sink.WriteAsync(blob, stream);
            }
        }

        await sink.FinishAsync(target);
    }

    private async Task<Digest> ResolveAsync(string? tag)
    {
        await using IImageSource source = ImageTransports.OpenSource(new TransportReference(TransportKind.OciDirectory, Out, tag));
        return (await source.ResolveAsync()).Digest;
    }

    [Fact]
    public async Task A_new_layout_is_this_byte_for_byte()
    {
        Descriptor image = _layout.Image("a");
        await WriteAsync(image with { Annotations = new Dictionary<string, string> { ["k"] = "v", [Annotations.RefName] = "old" } }, "v1/x:2@y--z");
        Assert.Equal("""{"imageLayoutVersion":"1.0.0"}""", File.ReadAllText(_temp["out/oci-layout"]));
        Assert.Equal(
            $$$"""{"schemaVersion":2,"mediaType":"{{{MediaTypes.OciIndex}}}","manifests":[{"mediaType":"{{{MediaTypes.OciManifest}}}","digest":"{{{image.Digest}}}","size":{{{image.Size}}},"annotations":{"k":"v","{{{Annotations.RefName}}}":"v1/x:2@y--z"}}]}""",
            File.ReadAllText(_temp["out/index.json"]));
        Assert.Equal(File.ReadAllBytes(_layout.BlobPath(image)), File.ReadAllBytes(Path.Join(Out, $"blobs/sha256/{image.Digest.Encoded}")));
        Assert.Equal(["blobs", "index.json", "oci-layout"], Directory.GetFileSystemEntries(Out).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task A_second_image_joins_the_first_and_one_of_the_same_name_replaces_it()
    {
        await WriteAsync(_layout.Image("a"), "v1");
        await WriteAsync(_layout.Image("b"), "v2");
        await WriteAsync(_layout.Image("c"), "v1");
        Assert.Equal(_layout.Image("c").Digest, await ResolveAsync("v1"));
        Assert.Equal(_layout.Image("b").Digest, await ResolveAsync("v2"));
        Assert.Equal(2, ImageIndex.Parse(File.ReadAllBytes(_temp["out/index.json"])).Manifests.Count);
    }

    [Fact]
    public async Task An_image_without_a_name_is_not_added_twice()
    {
        await WriteAsync(_layout.Image("a"), "v1");
        await WriteAsync(_layout.Image("a"), null);
        await WriteAsync(_layout.Image("a"), null);
        Assert.Equal(2, ImageIndex.Parse(File.ReadAllBytes(_temp["out/index.json"])).Manifests.Count);
        Assert.Equal(_layout.Image("a").Digest, await ResolveAsync(null));
    }

    [Fact]
    public async Task What_others_wrote_to_the_index_stays()
    {
        await WriteAsync(_layout.Image("a"), "v1");
        string other = TestLayout.Json(_layout.Image("o"), ""","x-unknown":[1.0],"annotations":{"org.opencontainers.image.ref.name":"o"}""");
        File.WriteAllText(_temp["out/index.json"], $$"""{ "x-top":  {"b": 1}, "manifests":[{{other}}], "schemaVersion": 2}""");
        await WriteAsync(_layout.Image("b"), "v1");
        string index = File.ReadAllText(_temp["out/index.json"]);
        Assert.StartsWith($$"""{"x-top":{"b": 1},"manifests":[{{other}},{"mediaType":""", index, StringComparison.Ordinal);
        Assert.EndsWith("],\"schemaVersion\":2}", index, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_blob_is_written_anew()
    {
        Descriptor image = _layout.Image("a");
        await WriteAsync(image, "v1");
        string path = Path.Join(Out, $"blobs/sha256/{image.Digest.Encoded}");
        File.WriteAllBytes(path, new byte[image.Size]);
        await WriteAsync(image, "v1");
        Assert.Equal(File.ReadAllBytes(_layout.BlobPath(image)), File.ReadAllBytes(path));
    }

    [Fact]
    public async Task Content_that_does_not_verify_leaves_nothing()
    {
        Descriptor image = _layout.Image("a");
        File.WriteAllBytes(_layout.BlobPath(image), new byte[image.Size]);
        await Refused.AsAsync(ErrorKind.DataLoss, "has the digest", () => WriteAsync(image, "v1"));
        Assert.Empty(Directory.GetFiles(Out, "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("directory")]
    [InlineData("file")]
    public async Task Foreign_things_are_left_alone(string kind)
    {
        if (kind == "file")
        {
            File.WriteAllText(Out, "mine");
        }
        else
        {
            Directory.CreateDirectory(Out);
            File.WriteAllText(_temp["out/mine"], "mine");
        }

        await Refused.AsAsync(ErrorKind.FailedPrecondition, "not an OCI layout", () => WriteAsync(_layout.Image("a"), "v1"));
        Assert.Single(Directory.GetFileSystemEntries(_temp.Path, "*", SearchOption.AllDirectories), entry => File.Exists(entry));
    }

    [Theory]
    [InlineData("with space")]
    [InlineData("/x")]
    [InlineData("a//b")]
    [InlineData("a..b")]
    [InlineData("ü")]
    public void A_name_that_is_no_ref_name_is_not_written(string tag) => Refused.As(
        ErrorKind.InvalidArgument, $"tag=\"{tag}\"", () => ImageTransports.OpenSink(new TransportReference(TransportKind.OciDirectory, Out, tag)));

    [Fact]
    public async Task Writers_at_once_lose_no_image()
    {
        Descriptor[] images = [.. Enumerable.Range(0, 8).Select(i => _layout.Image($"image {i}"))];
        await Task.WhenAll(images.Select((image, i) => Task.Run(() => WriteAsync(image, $"v{i}"))));
        for (int i = 0; i < images.Length; i++)
        {
            Assert.Equal(images[i].Digest, await ResolveAsync($"v{i}"));
        }
    }

    [Fact]
    public async Task A_damaged_index_is_not_overwritten()
    {
        await WriteAsync(_layout.Image("a"), "v1");
        File.WriteAllText(_temp["out/index.json"], "{");
        await Refused.AsAsync(ErrorKind.DataLoss, "is not valid JSON", () => WriteAsync(_layout.Image("b"), "v1"));
        Assert.Equal("{", File.ReadAllText(_temp["out/index.json"], Encoding.UTF8));
    }
}
