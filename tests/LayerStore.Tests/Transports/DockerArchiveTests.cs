using System.Formats.Tar;
using System.Text;
using LayerStore.Images;
using LayerStore.Oci;
using LayerStore.Tests.Content;
using LayerStore.Tests.Oci;
using LayerStore.Transports;

namespace LayerStore.Tests.Transports;

public sealed class DockerArchiveTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    private string Archive => _temp["a.tar"];

    private static string Config(params string[] layers) =>
        $$"""{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[{{string.Join(',', layers.Select(layer => $"\"{DigestOf(layer)}\""))}}]},"x":1.0}""";

    private static Digest DigestOf(string text) => Digest.Compute(Encoding.UTF8.GetBytes(text));

    private void Write(params (string Name, string Content)[] files)
    {
        using FileStream file = File.Create(Archive);
        using TarWriter writer = new(file, TarEntryFormat.Ustar);
        foreach ((string name, string content) in files)
        {
            writer.WriteEntry(content.StartsWith("->", StringComparison.Ordinal)
                ? new UstarTarEntry(TarEntryType.SymbolicLink, name) { LinkName = content[2..] }
                : new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.Latin1.GetBytes(content)) });
        }
    }

    private async Task<ImageView> LoadAsync(string? name = null)
    {
        await using IImageSource source = ImageTransports.OpenSource(new TransportReference(TransportKind.DockerArchive, Archive, name));
        ImageView view = await ImageView.LoadAsync(source, await source.ResolveAsync());
        foreach (ImageLayer layer in view.Layers)
        {
            await using Stream stream = await source.OpenAsync(layer.Descriptor);
            await stream.CopyToAsync(Stream.Null);
        }

        return view;
    }

    [Fact]
    public async Task An_image_of_the_old_style_gets_always_the_same_manifest()
    {
        string config = Config("one", "two", "one");
        Write(
            ("aaa/layer.tar", "one"),
            ("bbb/layer.tar", "two"),
            ("ccc/layer.tar", "->../aaa/layer.tar"),
            ($"{DigestOf(config).Encoded}.json", config),
            ("manifest.json", $$"""[{"Config":"{{DigestOf(config).Encoded}}.json","RepoTags":["busybox:1"],"Layers":["aaa/layer.tar","bbb/layer.tar","ccc/layer.tar"],"Parent":"x"}]"""));
        ImageView view = await LoadAsync();
        Assert.Equal(config, Encoding.UTF8.GetString(view.Config.Bytes.Span));
        string Layer(string text) => $$"""{"mediaType":"{{MediaTypes.OciLayer}}","digest":"{{DigestOf(text)}}","size":3}""";
        Assert.Equal(
            $$$"""{"schemaVersion":2,"mediaType":"{{{MediaTypes.OciManifest}}}","config":{"mediaType":"{{{MediaTypes.OciConfig}}}","digest":"{{{DigestOf(config)}}}","size":{{{config.Length}}}},"layers":[{{{Layer("one")}}},{{{Layer("two")}}},{{{Layer("one")}}}]}""",
            Encoding.UTF8.GetString(view.Manifest.Bytes.Span));
    }

    /// <summary>What docker 25 and later write: the layers are where an OCI layout has them, and an index.json is beside them.</summary>
    [Fact]
    public async Task An_image_of_the_new_style_is_read_by_its_manifest_json()
    {
        string config = Config("one");
        Write(
            ("oci-layout", """{"imageLayoutVersion":"1.0.0"}"""),
            ("index.json", "not looked at"),
            ($"blobs/sha256/{DigestOf("one").Encoded}", "one"),
            ($"blobs/sha256/{DigestOf(config).Encoded}", config),
            ("manifest.json", $$"""[{"Config":"blobs/sha256/{{DigestOf(config).Encoded}}","RepoTags":null,"Layers":["blobs/sha256/{{DigestOf("one").Encoded}}"],"LayerSources":{} }]"""));
        Assert.Equal(DigestOf("one"), Assert.Single((await LoadAsync()).Layers).DiffId);
    }

    [Theory]
    [InlineData("busybox:1", "one")]
    [InlineData("docker.io/library/busybox:1", "one")]
    [InlineData("registry.example.org/x/y:2", "two")]
    public async Task A_name_in_any_spelling_chooses(string name, string layer)
    {
        Write(
            ("l1", "one"),
            ("l2", "two"),
            ("c1", Config("one")),
            ("c2", Config("two")),
            ("manifest.json", """[{"Config":"c1","RepoTags":["a:1","busybox:1"],"Layers":["l1"]},{"Config":"./c2","RepoTags":["registry.example.org/x/y:2"],"Layers":["/l2"]}]"""));
        Assert.Equal(DigestOf(layer), Assert.Single((await LoadAsync(name)).Layers).DiffId);
        await Refused.AsAsync(ErrorKind.NotFound, "tag=\"busybox:2\"", () => LoadAsync("busybox:2"));
        await Refused.AsAsync(ErrorKind.InvalidArgument, "match: a:1, busybox:1, registry.example.org/x/y:2", () => LoadAsync());
    }

    [Fact]
    public async Task A_compressed_layer_is_stored_as_it_is()
    {
        string gzip = "\x1f\u008b\x08 not really";
        Write(("l", gzip), ("c", Config("one")), ("manifest.json", """[{"Config":"c","Layers":["l"]}]"""));
        Descriptor layer = Assert.Single((await LoadAsync()).Layers).Descriptor;
        Assert.Equal(MediaTypes.OciLayerGzip, layer.MediaType);
        Assert.Equal(Digest.Compute(Encoding.Latin1.GetBytes(gzip)), layer.Digest);
    }

    [Theory]
    [InlineData("""[{"Config":"c","Layers":["l","l"]}]""", "has 2 layers")]
    [InlineData("""[{"Config":"c","Layers":[]}]""", "has 0 layers")]
    [InlineData("""[{"Config":"c","Layers":["gone"]}]""", "gone is missing")]
    [InlineData("""[{"Config":"c","Layers":["../l"]}]""", "../l is missing")]
    [InlineData("""[{"Config":"c","Layers":["/etc/passwd"]}]""", "/etc/passwd is missing")]
    [InlineData("""[{"Config":"/etc/passwd","Layers":["l"]}]""", "/etc/passwd is missing")]
    [InlineData("""[{"Config":"c","Layers":["wrong"]}]""", "has the digest")]
    [InlineData("""[{"Config":"c","Config":"c","Layers":["l"]}]""", "is not valid JSON")]
    [InlineData("""[{"Config":"c","config":"c","Layers":["l"]}]""", "in case only")]
    [InlineData("""[{"Config":"c","Layers":"l"}]""", "Layers")]
    [InlineData("""[{"Layers":["l"]}]""", "no Config")]
    [InlineData("""[1]""", "is not a JSON object")]
    [InlineData("""{"Config":"c","Layers":["l"]}""", "is not a JSON array")]
    [InlineData("""[{"Config":"l","Layers":["l"]}]""", "is not valid JSON")]
    [InlineData("""[{"Config":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.json","Layers":["l"]}]""", "has the digest")]
    [InlineData("""[{"Config":"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","Layers":["l"]}]""", "has the digest")]
    public async Task A_wrong_archive_is_refused(string manifest, string says)
    {
        Write(
            ("l", "one"),
            ("wrong", "eno"),
            ("c", Config("one")),
            ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.json", Config("one")),
            ("sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", Config("one")),
            ("manifest.json", manifest));
        await Refused.AsAsync(ErrorKind.DataLoss, says, () => LoadAsync());
    }

    [Fact]
    public async Task What_is_not_there_is_said()
    {
        Write(("manifest.json", "[]"));
        await Refused.AsAsync(ErrorKind.NotFound, "no image", () => LoadAsync());
        Write(("index.json", "{}"));
        LayerStoreException exception = await Refused.AsAsync(ErrorKind.DataLoss, "no manifest.json", () => LoadAsync());
        Assert.Contains("oci-archive", exception.Hint, StringComparison.Ordinal);
        Write(("manifest.json", "[]"), ("./manifest.json", "[]"));
        await Refused.AsAsync(ErrorKind.DataLoss, "more than once", () => LoadAsync());
    }

    [Fact]
    public async Task An_image_comes_out_unpacked_and_goes_in_again()
    {
        using TestLayout layout = new();
        byte[] tar = new byte[10240];
        tar[0] = (byte)'x';
        using MemoryStream packed = new();
        using (System.IO.Compression.GZipStream gzip = new(packed, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(tar);
        }

        Descriptor layer = layout.Blob(MediaTypes.OciLayerGzip, packed.ToArray());
        Descriptor plain = layout.Blob(MediaTypes.OciLayer, "plain");
        string json = $$"""{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":["{{Digest.Compute(tar)}}","{{plain.Digest}}","{{Digest.Compute(tar)}}"]} }""";
        Descriptor config = layout.Blob(MediaTypes.OciConfig, json);
        layout.Tag(layout.Index(TestLayout.OnPlatform(layout.Manifest(MediaTypes.OciManifest, config, layer, plain, layer), "linux", "amd64")));
        using OpenStore store = new(_temp["store"]);
        await using (IImageSource source = layout.Open())
        await using (IImageSink sink = ImageTransports.OpenSink(TransportReference.Parse($"docker-archive:{Archive}:busybox")))
        {
            ImageCopier copier = new(store.Content);
            ResolvedManifest image = await copier.PullAsync(source, Platform.Parse("linux/amd64"));
            Image named = new("name", image.Target, image.Manifest.Descriptor, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);
            Assert.Equal(image.Manifest.Digest, (await copier.PushAsync(named, sink)).Digest);
        }

        ImageView view = await LoadAsync("busybox:latest");
        Assert.Equal(config.Digest, view.Config.Digest);
        Assert.Equal([Digest.Compute(tar), plain.Digest, Digest.Compute(tar)], view.Layers.Select(l => l.Descriptor.Digest));
        Assert.Equal(
            [$"{config.Digest.Encoded}.json", $"{Digest.Compute(tar).Encoded}.tar", $"{plain.Digest.Encoded}.tar", "manifest.json"],
            ProcessRunner.Run("tar", "tf", Archive).Lines);
    }

    [Fact]
    public async Task A_layer_that_is_not_its_diffID_is_not_written()
    {
        using TestLayout layout = new();
        Descriptor config = layout.Blob(MediaTypes.OciConfig, $$"""{"rootfs":{"type":"layers","diff_ids":["{{DigestOf("other")}}"]} }""");
        Descriptor layer = layout.Blob(MediaTypes.OciLayer, "content");
        Descriptor manifest = layout.Manifest(MediaTypes.OciManifest, config, layer);
        await using IImageSource source = layout.Open();
        await using IImageSink sink = ImageTransports.OpenSink(TransportReference.Parse($"docker-archive:{Archive}"));
        await Refused.AsAsync(ErrorKind.DataLoss, "has the digest", async () =>
        {
            foreach (Descriptor blob in new[] { manifest, config, layer })
            {
                await using Stream stream = await source.OpenAsync(blob);
                await sink.WriteAsync(blob, stream);
            }
        });
        Assert.False(File.Exists(Archive));
    }

    [Fact]
    public async Task An_artifact_is_not_written()
    {
        using TestLayout layout = new();
        Descriptor empty = layout.Blob(MediaTypes.OciEmpty, "{}");
        Descriptor manifest = layout.Manifest(MediaTypes.OciManifest, empty);
        await using IImageSource source = layout.Open();
        await using IImageSink sink = ImageTransports.OpenSink(TransportReference.Parse($"docker-archive:{Archive}"));
        await using Stream stream = await source.OpenAsync(manifest);
        await Refused.AsAsync(ErrorKind.InvalidArgument, "is an artifact", () => sink.WriteAsync(manifest, stream));
    }

    [Theory]
    [InlineData("UPPER")]
    [InlineData("a@sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a")]
    public void A_name_that_a_loader_would_refuse_is_not_written(string name) => Refused.As(
        ErrorKind.InvalidArgument, "may not be written", () => ImageTransports.OpenSink(new TransportReference(TransportKind.DockerArchive, Archive, name)));
}
