using System.Text;
using LayerStore.Compression;
using LayerStore.Images;
using LayerStore.Oci;

namespace LayerStore.Tests.Images;

/// <summary>The documents are golden: every byte that a commit writes is here.</summary>
public sealed class ImageEditorTests
{
    private const string A = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    private const string B = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
    private const string C = "sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc";

    private static readonly DateTimeOffset Time = new DateTimeOffset(2024, 5, 6, 9, 8, 9, TimeSpan.FromHours(2)).AddMilliseconds(120);

    private static readonly NewLayer Layer = new(
        Digest.Parse(B), 7, Digest.Parse(C), CompressionKind.Gzip, new HistoryEntry(Time, "layerstore commit", "me", "a \"remark\" <x> é"));

    private static EditedImage Parent(string manifest, string config, bool docker = false)
    {
        byte[] configBytes = Encoding.UTF8.GetBytes(config);
        ImageConfig parsed = ImageConfig.Parse(
            configBytes, new Descriptor(docker ? MediaTypes.DockerConfig : MediaTypes.OciConfig, Digest.Compute(configBytes), configBytes.Length));
        return new EditedImage(ImageManifest.Parse(Encoding.UTF8.GetBytes(manifest)), parsed);
    }

    private static string Text(OciDocument document) => Encoding.UTF8.GetString(document.Bytes.Span);

    private static string Join(params string[] lines) => string.Concat(lines.Select(line => line.TrimStart(' ')));

    [Fact]
    public void A_layer_is_appended_and_all_else_stays_as_it_was()
    {
        EditedImage parent = Parent(
            $$"""
            {"x-first": [1.50, "\u0041"], "schemaVersion":2,
             "config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{{A}}","size":1,"x":true,"annotations":{"k":"v"} },
             "layers":[{"digest":"{{A}}","size":1,"mediaType":"application/vnd.oci.image.layer.v1.tar","x":1}],
             "annotations":{"org.opencontainers.image.base.digest":"old","z":"1","org.opencontainers.image.base.name":"old"} }
            """,
            $$"""
            {"os":"linux","x-unknown":{"y":1e3},"created":"1999-01-01T00:00:00Z","architecture":"amd64","config":{"Env":["A=\u003cb\u003e"]},
             "rootfs":{"diff_ids":["{{A}}"],"type":"layers"},"history":[{"created_by":"base","x":2},{"empty_layer":true}]}
            """);
        EditedImage child = ImageEditor.AppendLayer(parent, Layer, new BaseImage(parent.Manifest.Digest, "docker.io/library/base:latest"));
        Assert.Equal(
            Join(
                $$"""{"os":"linux","x-unknown":{"y":1e3},"created":"2024-05-06T07:08:09.12Z","architecture":"amd64","config":{"Env":["A=\u003cb\u003e"]},""",
                $$"""  "rootfs":{"diff_ids":["{{A}}","{{C}}"],"type":"layers"},"history":[{"created_by":"base","x":2},{"empty_layer":true},""",
                $$"""  {"created":"2024-05-06T07:08:09.12Z","created_by":"layerstore commit","author":"me","comment":"a \"remark\" <x> é"}],"author":"me"}"""),
            Text(child.Config));
        Assert.Equal(
            Join(
                $$"""{"x-first":[1.50, "\u0041"],"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json",""",
                $$"""  "digest":"{{child.Config.Digest}}","size":{{child.Config.Bytes.Length}},"x":true,"annotations":{"k":"v"} },""",
                $$"""  "layers":[{"digest":"{{A}}","size":1,"mediaType":"application/vnd.oci.image.layer.v1.tar","x":1},""",
                $$"""  {"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"{{B}}","size":7}],""",
                $$"""  "annotations":{"org.opencontainers.image.base.digest":"{{parent.Manifest.Digest}}","z":"1",""",
                $$"""  "org.opencontainers.image.base.name":"docker.io/library/base:latest"} }""").Replace("} }", "}}", StringComparison.Ordinal),
            Text(child.Manifest).Replace("} }", "}}", StringComparison.Ordinal));
        Assert.Equal(child.Config.Descriptor.Digest, child.Manifest.Config.Digest);
        Assert.Equal([A, C], child.Config.DiffIds.Select(id => id.ToString()));
        Assert.Empty(child.Config.Warnings);
    }

    [Fact]
    public void The_same_input_gives_the_same_digest()
    {
        EditedImage First() => ImageEditor.AppendLayer(ImageEditor.CreateEmpty(new Platform("linux", "arm64", "v8"), Time), Layer);
        Assert.Equal(First().Manifest.Digest, First().Manifest.Digest);
    }

    [Fact]
    public void An_image_can_begin_with_nothing()
    {
        EditedImage empty = ImageEditor.CreateEmpty(new Platform("linux", "arm", "v7"), Time);
        Assert.Equal(
            """{"created":"2024-05-06T07:08:09.12Z","architecture":"arm","os":"linux","variant":"v7","config":{},"rootfs":{"type":"layers","diff_ids":[]}}""",
            Text(empty.Config));
        EditedImage image = ImageEditor.AppendLayer(ImageEditor.AppendLayer(empty, Layer), Layer);
        Assert.Equal(2, image.Config.History.Count);
        Assert.Equal(2, image.Manifest.Layers.Count);
        Assert.Empty(image.Manifest.Annotations);
        Assert.True(image.Manifest.IsImage);
    }

    [Fact]
    public void An_image_of_Dockers_types_stays_one()
    {
        EditedImage parent = Parent(
            $$"""
            {"schemaVersion":2,"mediaType":"{{MediaTypes.DockerManifest}}","config":{"mediaType":"{{MediaTypes.DockerConfig}}","digest":"{{A}}","size":1},"layers":[]}
            """,
            """{"rootfs":{"type":"layers","diff_ids":null}}""",
            docker: true);
        EditedImage child = ImageEditor.AppendLayer(parent, Layer, new BaseImage(parent.Manifest.Digest, "x"));
        Assert.Equal(MediaTypes.DockerManifest, child.Manifest.MediaType);
        Assert.Equal(MediaTypes.DockerConfig, child.Manifest.Config.MediaType);
        Assert.Equal(MediaTypes.DockerConfig, child.Config.MediaType);
        Assert.Equal(MediaTypes.DockerLayerGzip, Assert.Single(child.Manifest.Layers).MediaType);
        Assert.Empty(child.Manifest.Annotations);
    }

    [Fact]
    public void A_history_that_is_too_short_is_filled_up()
    {
        EditedImage parent = Parent(
            $$"""{"schemaVersion":2,"config":{"mediaType":"{{MediaTypes.OciConfig}}","digest":"{{A}}","size":1},"layers":null}""",
            $$"""{"rootfs":{"type":"layers","diff_ids":["{{A}}","{{A}}"]} }""");
        EditedImage child = ImageEditor.AppendLayer(parent, Layer);
        Assert.Equal(3, child.Config.History.Count);
        Assert.Equal("layerstore commit", child.Config.History[2].CreatedBy);
        Assert.Empty(child.Config.Warnings);
    }

    [Fact]
    public void A_base_without_a_name_leaves_no_old_name()
    {
        EditedImage parent = Parent(
            $$"""{"schemaVersion":2,"config":{"mediaType":"{{MediaTypes.OciConfig}}","digest":"{{A}}","size":1},"annotations":{"org.opencontainers.image.base.name":"old"} }""",
            """{"rootfs":{"type":"layers"}}""");
        EditedImage child = ImageEditor.AppendLayer(parent, Layer, new BaseImage(Digest.Parse(A), null));
        Assert.Equal(A, Assert.Single(child.Manifest.Annotations).Value);
    }

    [Fact]
    public void History_without_a_layer_leaves_the_layers_as_they_were()
    {
        EditedImage parent = Parent(
            $$"""{"schemaVersion":2,"config":{"digest":"{{A}}","mediaType":"application/vnd.oci.image.config.v1+json","size":1},"layers":[{"digest":"{{A}}","size":1,"mediaType":"application/vnd.oci.image.layer.v1.tar"}]}""",
            $$"""{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":["{{A}}"]} }""");
        EditedImage child = ImageEditor.AppendHistory(parent, new HistoryEntry(Time, "layerstore commit", Comment: "none"));
        Assert.Equal(
            Join(
                $$"""{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":["{{A}}"]},"created":"2024-05-06T07:08:09.12Z",""",
                """  "history":[{},{"created":"2024-05-06T07:08:09.12Z","created_by":"layerstore commit","comment":"none","empty_layer":true}]}"""),
            Text(child.Config));
        Assert.Equal(
            $$"""{"schemaVersion":2,"config":{"digest":"{{child.Config.Digest}}","mediaType":"application/vnd.oci.image.config.v1+json","size":{{child.Config.Bytes.Length}} },"layers":[{"digest":"{{A}}","size":1,"mediaType":"application/vnd.oci.image.layer.v1.tar"}]}""".Replace(" }", "}", StringComparison.Ordinal),
            Text(child.Manifest));
    }
}
