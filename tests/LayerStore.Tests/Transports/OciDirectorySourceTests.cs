using System.Diagnostics;
using LayerStore.Images;
using LayerStore.Oci;
using LayerStore.Tests.Oci;
using LayerStore.Transports;

namespace LayerStore.Tests.Transports;

public sealed class OciDirectorySourceTests : IDisposable
{
    private readonly TestLayout _layout = new();

    public void Dispose() => _layout.Dispose();

    [Fact]
    public async Task The_only_image_needs_no_tag()
    {
        Descriptor image = _layout.Image("a");
        _layout.Tag(image, "v1");
        await using IImageSource source = _layout.Open();
        Assert.Equal(image.Digest, (await source.ResolveAsync()).Digest);
        ImageView view = await ImageView.LoadAsync(source, await source.ResolveAsync());
        Assert.Equal(Digest.Compute("a"u8), Assert.Single(view.Layers).DiffId);
        await using Stream layer = await source.OpenAsync(view.Layers[0].Descriptor);
        using StreamReader reader = new(layer);
        Assert.Equal("a", await reader.ReadToEndAsync());
    }

    [Theory]
    [InlineData("v1", "a")]
    [InlineData("v2", "b")]
    [InlineData("registry.example.org/foo/bar_baz:v1.0-x", "c")]
    [InlineData("docker.io/library/d:latest", "d")]
    public async Task A_tag_is_a_ref_name_or_containerds_image_name(string tag, string content)
    {
        _layout.Tag(_layout.Image("a"), "v1");
        _layout.Tag(_layout.Image("b"), "v2");
        _layout.Tag(_layout.Image("c"), "registry.example.org/foo/bar_baz:v1.0-x");
        _layout.Tag(_layout.Image("d"), "docker.io/library/d:latest", Annotations.ContainerdImageName);
        await using IImageSource source = _layout.Open(tag);
        Assert.Equal(_layout.Image(content).Digest, (await source.ResolveAsync()).Digest);
    }

    [Fact]
    public async Task A_missing_tag_is_not_found_and_the_others_are_named()
    {
        _layout.Tag(_layout.Image("a"), "v1");
        await using IImageSource source = _layout.Open("1/x");
        LayerStoreException exception = await Refused.AsAsync(ErrorKind.NotFound, "tag=\"1/x\"", () => source.ResolveAsync());
        Assert.Contains("v1", exception.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_images_without_a_tag_are_named()
    {
        _layout.Tag(_layout.Image("a"), "v1");
        _layout.Tag(_layout.Image("b"), "v2");
        await using IImageSource source = _layout.Open();
        await Refused.AsAsync(ErrorKind.InvalidArgument, "match: v1, v2", () => source.ResolveAsync());
    }

    [Fact]
    public async Task One_ref_name_for_two_images_is_ambiguous_but_twice_for_one_is_not()
    {
        _layout.Tag(_layout.Image("a"), "v1");
        _layout.Tag(_layout.Image("a"), "v1");
        await using IImageSource source = _layout.Open("v1");
        Assert.Equal(_layout.Image("a").Digest, (await source.ResolveAsync()).Digest);
        _layout.Tag(_layout.Image("b"), "v1");
        await Refused.AsAsync(ErrorKind.InvalidArgument, "several images", () => source.ResolveAsync());
    }

    [Fact]
    public async Task What_is_no_image_does_not_make_a_layout_ambiguous()
    {
        _layout.Tag(_layout.Image("a"), "v1");
        _layout.Tag(_layout.Blob("text/plain", "hello"));
        await using IImageSource source = _layout.Open();
        Assert.Equal(_layout.Image("a").Digest, (await source.ResolveAsync()).Digest);
    }

    [Fact]
    public async Task No_directory_and_no_image_are_not_found()
    {
        await using IImageSource source = _layout.Open();
        await Refused.AsAsync(ErrorKind.NotFound, "no image in", () => source.ResolveAsync());
        await using IImageSource other = ImageTransports.OpenSource(TransportReference.Parse("oci:/nowhere/at/all:x"));
        await Refused.AsAsync(ErrorKind.NotFound, "path=\"/nowhere/at/all\", tag=\"x\"", () => other.ResolveAsync());
    }

    [Theory]
    [InlineData("oci-layout", null, "no oci-layout")]
    [InlineData("index.json", null, "no index.json")]
    [InlineData("oci-layout", "{}", "no imageLayoutVersion")]
    [InlineData("oci-layout", """{"imageLayoutVersion":"2.0.0"}""", "\"2.0.0\"")]
    [InlineData("oci-layout", "x", "is not valid JSON")]
    [InlineData("index.json", "", "is not valid JSON")]
    [InlineData("index.json", """{"schemaVersion":2,"manifests":[],"layers":[]}""", "also a manifest")]
    public async Task What_is_no_layout_is_refused(string file, string? content, string says)
    {
        File.Delete(_layout.PathOf(file));
        if (content is not null)
        {
            File.WriteAllText(_layout.PathOf(file), content);
        }

        await using IImageSource source = _layout.Open();
        await Refused.AsAsync(ErrorKind.DataLoss, says, () => source.ResolveAsync());
    }

    [Fact]
    public async Task A_huge_index_is_refused_unread()
    {
        using (FileStream file = File.Create(_layout.PathOf("index.json")))
        {
            file.SetLength(1L << 40);
        }

        await using IImageSource source = _layout.Open();
        await Refused.AsAsync(ErrorKind.DataLoss, "more than", () => source.ResolveAsync());
    }

    [Fact]
    public async Task A_missing_blob_is_named()
    {
        Descriptor layer = _layout.Blob("a/b", "content");
        File.Delete(_layout.BlobPath(layer));
        await using IImageSource source = _layout.Open();
        await Refused.AsAsync(ErrorKind.DataLoss, $"blob {layer.Digest} is missing", () => source.OpenAsync(layer));
    }

    [Theory]
    [InlineData("contenT", "has the digest")]
    [InlineData("conten", "has 6 bytes, not 7")]
    [InlineData("content!", "has 8 bytes, not 7")]
    public async Task Wrong_bytes_never_pass(string content, string says)
    {
        Descriptor layer = _layout.Blob("a/b", "content");
        File.WriteAllText(_layout.BlobPath(layer), content);
        await using IImageSource source = _layout.Open();
        await Refused.AsAsync(ErrorKind.DataLoss, says, async () =>
        {
            await using Stream stream = await source.OpenAsync(layer);
            await stream.CopyToAsync(Stream.Null);
        });
    }

    [Theory]
    [InlineData("link")]
    [InlineData("fifo")]
    [InlineData("directory")]
    public async Task Only_regular_files_are_opened(string kind)
    {
        Descriptor layer = _layout.Blob("a/b", "content");
        string path = _layout.BlobPath(layer);
        File.Move(path, path + "-real");
        switch (kind)
        {
            case "link":
                File.CreateSymbolicLink(path, path + "-real");
                break;
            case "fifo":
                await Process.Start("mkfifo", path).WaitForExitAsync();
                break;
            default:
                Directory.CreateDirectory(path);
                break;
        }

        await using IImageSource source = _layout.Open();
        await Refused.AsAsync(ErrorKind.DataLoss, "not a regular file", () => source.OpenAsync(layer));
    }

    [Fact]
    public async Task Embedded_data_stand_for_the_blob()
    {
        Descriptor empty = ImageIndex.Parse("""
            {"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.empty.v1+json","size":2,"data":"e30=",
             "digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"}]}
            """u8.ToArray()).Manifests[0];
        await using IImageSource source = _layout.Open();
        ReadOnlyMemory<byte> bytes = await source.ReadDocumentAsync(empty);
        Assert.Equal("{}"u8.ToArray(), bytes.ToArray());
    }
}
