using System.Text;
using LayerStore.Oci;

namespace LayerStore.Tests.Oci;

public sealed class DocumentTests
{
    private const string Hash = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    private const string Empty = $$"""{"mediaType":"application/vnd.oci.empty.v1+json","digest":"{{Hash}}","size":2}""";
    private const string Config = $$"""{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{{Hash}}","size":2}""";
    private const string Layer = $$"""{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"{{Hash}}","size":2}""";

    private static byte[] Bytes(string json) => Encoding.UTF8.GetBytes(json);

    private static ImageManifest Manifest(string json, string? mediaType = null) =>
        ImageManifest.Parse(Bytes(json), mediaType is null ? null : new Descriptor(mediaType, Digest.Compute(Bytes(json)), Bytes(json).Length));

    private static ImageIndex Index(string json) => ImageIndex.Parse(Bytes(json));

    [Fact]
    public void A_manifest_keeps_its_bytes_and_shows_what_is_known()
    {
        string json = $$"""
            { "schemaVersion": 2, "config": {{Config}}, "layers": [ {{Layer}}, {{Layer}} ],
              "annotations": {"b":"", "a":"1"}, "x-unknown": {"y": [1, 2.50]} }
            """;
        ImageManifest manifest = Manifest(json);
        Assert.Equal(Bytes(json), manifest.Bytes.ToArray());
        Assert.Equal(Digest.Compute(Bytes(json)), manifest.Digest);
        Assert.Equal(MediaTypes.OciManifest, manifest.MediaType);
        Assert.Equal(Hash, manifest.Config.Digest.ToString());
        Assert.Equal(2, manifest.Layers.Count);
        Assert.Equal(["a", "b"], manifest.Annotations.Keys);
        Assert.True(manifest.IsImage);
    }

    [Theory]
    [InlineData("""{"schemaVersion":2,"config":CONFIG,"layers":[],"manifests":[]}""", "is also an index")] // CVE-2021-41190
    [InlineData("""{"schemaVersion":2,"config":CONFIG,"layers":[],"layers":[]}""", "is not valid JSON")]
    [InlineData("""{"schemaVersion":2,"config":CONFIG,"layers":[],"Layers":[]}""", "differs from \"layers\" in case only")]
    [InlineData("""{"schemaVersion":2,"config":CONFIG,"layerſ":[]}""", "differs from \"layers\" in case only")]
    [InlineData("""{"schemaVersion":2,"config":CONFIG,"\u006cayers":[],"layers":[]}""", "is not valid JSON")]
    [InlineData("""{"schemaVersion":2,"config":CONFIG,"annotations":{"a":"","a":""}}""", "is not valid JSON")]
    [InlineData("""{"schemaVersion":2,"config":CONFIG,"annotations":{"a":1}}""", "annotations")]
    [InlineData("""{"schemaVersion":2,"config":CONFIG,"annotations":{"a":"\ud800"}}""", "not valid Unicode")]
    [InlineData("""{"schemaVersion":2,"config":CONFIG,"annotations":[]}""", "annotations")]
    [InlineData("""{"schemaVersion":2,"layers":[]}""", "no config")]
    [InlineData("""{"schemaVersion":2,"config":null}""", "no config")]
    [InlineData("""{"schemaVersion":2,"config":[]}""", "not a JSON object")]
    [InlineData("""{"schemaVersion":2,"config":CONFIG,"layers":{}}""", "layers")]
    [InlineData("""{"schemaVersion":2,"config":CONFIG,"layers":[null]}""", "layers[0]")]
    [InlineData("""{"schemaVersion":3,"config":CONFIG}""", "schemaVersion 3")]
    [InlineData("""{"schemaVersion":2.0,"config":CONFIG}""", "schemaVersion")]
    [InlineData("""{"schemaVersion":"2","config":CONFIG}""", "schemaVersion")]
    [InlineData("""{"config":CONFIG}""", "no schemaVersion")]
    [InlineData("""{"schemaVersion":1,"fsLayers":[]}""", "schema 1")]
    [InlineData("""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","config":CONFIG}""", "says that it is")]
    [InlineData("""{"schemaVersion":2,"mediaType":"text/plain","config":CONFIG}""", "says that it is")]
    [InlineData("""{"schemaVersion":2,"config":CONFIG} {}""", "is not valid JSON")]
    [InlineData("""{"schemaVersion":2,"config":CONFIG,}""", "is not valid JSON")]
    [InlineData("""{"schemaVersion":2,/**/"config":CONFIG}""", "is not valid JSON")]
    [InlineData("\ufeff{\"schemaVersion\":2,\"config\":CONFIG}", "is not valid JSON")]
    [InlineData("[]", "is not a JSON object")]
    [InlineData("2", "is not a JSON object")]
    [InlineData("", "is not valid JSON")]
    [InlineData("{\"schemaVersion\":2", "is not valid JSON")]
    [InlineData("""{"schemaVersion":2,"config":EMPTY}""", "no artifactType")]
    [InlineData("""{"schemaVersion":2,"config":EMPTY,"artifactType":null}""", "no artifactType")]
    [InlineData("""{"schemaVersion":2,"config":EMPTY,"artifactType":""}""", "no artifactType")]
    public void A_manifest_that_could_be_misread_is_refused(string json, string says) =>
        Refused.As(ErrorKind.DataLoss, says, () => Manifest(json.Replace("CONFIG", Config, StringComparison.Ordinal).Replace("EMPTY", Empty, StringComparison.Ordinal)));

    [Fact]
    public void An_artifact_with_the_empty_config_says_what_it_is() =>
        Assert.Equal("x/y", Manifest($$"""{"schemaVersion":2,"config":{{Empty}},"artifactType":"x/y"}""").ArtifactType);

    [Theory]
    [InlineData("""{"digest":"HASH","size":2}""", "no mediaType")]
    [InlineData("""{"mediaType":"","digest":"HASH","size":2}""", "no mediaType")]
    [InlineData("""{"mediaType":7,"digest":"HASH","size":2}""", "mediaType")]
    [InlineData("""{"mediaType":"a/b","size":2}""", "no digest")]
    [InlineData("""{"mediaType":"a/b","digest":"sha256:44136FA355B3678A1146AD16F7E8649E94FB4FC21FE77E8310C060F61CAAFF8A","size":2}""", "not a digest")]
    [InlineData("""{"mediaType":"a/b","digest":"sha256:../../../../etc/passwd","size":2}""", "not a digest")]
    [InlineData("""{"mediaType":"a/b","digest":"md5:d41d8cd98f00b204e9800998ecf8427e","size":2}""", "not a digest")]
    [InlineData("""{"mediaType":"a/b","digest":"HASH\n","size":2}""", "not a digest")]
    [InlineData("""{"mediaType":"a/b","digest":"HASH"}""", "no size")]
    [InlineData("""{"mediaType":"a/b","digest":"HASH","size":-1}""", "size -1")]
    [InlineData("""{"mediaType":"a/b","digest":"HASH","size":2.5}""", "not an integer")]
    [InlineData("""{"mediaType":"a/b","digest":"HASH","size":2e0}""", "not an integer")]
    [InlineData("""{"mediaType":"a/b","digest":"HASH","size":9223372036854775808}""", "not an integer")]
    [InlineData("""{"mediaType":"a/b","digest":"HASH","size":"2"}""", "not an integer")]
    [InlineData("""{"mediaType":"a/b","digest":"HASH","size":2,"Digest":"HASH"}""", "in case only")]
    [InlineData("""{"mediaType":"a/b","digest":"HASH","size":2,"digest":"HASH"}""", "is not valid JSON")]
    [InlineData("""{"mediaType":"a/b","digest":"HASH","size":2,"data":"e30"}""", "embeds data")]
    [InlineData("""{"mediaType":"a/b","digest":"HASH","size":2,"data":"e31="}""", "embeds data")]
    [InlineData("""{"mediaType":"a/b","digest":"HASH","size":3,"data":"e30="}""", "embeds data")]
    [InlineData("""{"mediaType":"a/b","digest":"HASH","size":2,"platform":"linux"}""", "platform")]
    public void A_descriptor_that_is_not_exact_is_refused(string descriptor, string says) =>
        Refused.As(ErrorKind.DataLoss, says, () => Index($$"""{"schemaVersion":2,"manifests":[{{descriptor.Replace("HASH", Hash, StringComparison.Ordinal)}}]}"""));

    [Fact]
    public void Null_is_the_same_as_absent()
    {
        ImageManifest manifest = Manifest($$"""
            {"schemaVersion":2,"mediaType":null,"artifactType":null,"subject":null,"annotations":null,"manifests":null,"layers":null,
             "config":{"mediaType":"a/b","digest":"{{Hash}}","size":2,"platform":null,"annotations":null,"data":null,"urls":null} }
            """);
        Assert.Empty(manifest.Layers);
        Assert.Empty(manifest.Annotations);
        Assert.Null(manifest.Subject);
        Assert.Null(manifest.Config.Platform);
        Assert.False(manifest.IsImage);
    }

    [Theory]
    [InlineData("""{"schemaVersion":2,"manifests":[],"layers":[]}""", "is also a manifest")]
    [InlineData("""{"schemaVersion":2,"manifests":[],"config":{}}""", "is also a manifest")]
    [InlineData("""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","manifests":[]}""", "says that it is")]
    public void An_index_that_could_be_taken_for_a_manifest_is_refused(string json, string says) =>
        Refused.As(ErrorKind.DataLoss, says, () => Index(json));

    [Fact]
    public void An_index_may_be_empty_or_name_unknown_types()
    {
        Assert.Empty(Index("""{"schemaVersion":2,"manifests":[]}""").Manifests);
        Descriptor only = Assert.Single(Index($$"""
            {"schemaVersion":2,"manifests":[{"mediaType":"x/y","digest":"{{Hash}}","size":2,"artifactType":"z/z",
             "platform":{"os":"linux","architecture":"arm","variant":"v7","os.features":["q"]} }]}
            """).Manifests);
        Assert.Equal(new Platform("linux", "arm", "v7"), only.Platform);
        Assert.Equal("z/z", only.ArtifactType);
    }

    [Fact]
    public void Dockers_format_must_say_its_type()
    {
        string json = $$"""{"schemaVersion":2,"config":{{Config}},"layers":[]}""";
        Refused.As(ErrorKind.DataLoss, "no mediaType", () => Manifest(json, MediaTypes.DockerManifest));
        Assert.Equal(MediaTypes.OciManifest, Manifest(json, MediaTypes.OciManifest).MediaType);
    }

    [Fact]
    public void The_descriptors_type_wins_over_another_of_the_same_kind()
    {
        string json = $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.DockerManifest}}","config":{{Config}},"layers":[]}""";
        Assert.Equal(MediaTypes.OciManifest, Manifest(json, MediaTypes.OciManifest).MediaType);
        Assert.Equal(MediaTypes.DockerManifest, Manifest(json).MediaType);
    }

    [Fact]
    public void Depth_and_size_are_bounded()
    {
        string deep = new string('[', 100) + new string(']', 100);
        Refused.As(ErrorKind.DataLoss, "MaxDocumentDepth", () => Manifest($$"""{"schemaVersion":2,"config":{{Config}},"x":{{deep}}}"""));
        Refused.As(
            ErrorKind.DataLoss, "MaxDocumentBytes", () => Manifest($$"""{"schemaVersion":2,"config":{{Config}},"x":"{{new string('x', 4 << 20)}}" }"""));
    }

    [Fact]
    public void Text_from_a_document_is_safe_to_print()
    {
        LayerStoreException exception = Refused.As(
            ErrorKind.DataLoss, "\\x1b", () => Manifest($$"""{"schemaVersion":2,"mediaType":"\u001b[31m\n","config":{{Config}}}"""));
        Assert.DoesNotContain('\u001b', exception.Message);
    }
}
