using LayerStore.Images;
using LayerStore.Oci;
using LayerStore.Tests.Oci;
using LayerStore.Tests.Transports;

namespace LayerStore.Tests.Images;

public sealed class ManifestResolverTests : IDisposable
{
    private readonly TestLayout _layout = new();

    public void Dispose() => _layout.Dispose();

    private async Task<ResolvedManifest> ResolveAsync(Descriptor target, string? platform = null) =>
        await ManifestResolver.ResolveAsync(_layout.Open(), target, platform is null ? null : Platform.Parse(platform));

    [Theory]
    [InlineData("linux/amd64", "amd64")]
    [InlineData("linux/arm64/v8", "arm64")]
    [InlineData("linux/aarch64", "arm64")]
    [InlineData("linux/arm/v6", "arm-v6")]
    [InlineData("linux/arm", "arm-v7")]
    [InlineData("linux/amd64/v3", "amd64")]
    public async Task The_platform_chooses(string platform, string content)
    {
        Descriptor index = _layout.Index(
            TestLayout.OnPlatform(_layout.Image("attestation"), "unknown", "unknown"),
            TestLayout.OnPlatform(_layout.Image("arm-v6"), "linux", "arm", "v6"),
            TestLayout.OnPlatform(_layout.Image("arm-v7"), "linux", "arm", "v7"),
            TestLayout.OnPlatform(_layout.Image("arm64"), "linux", "arm64"),
            TestLayout.OnPlatform(_layout.Image("amd64"), "linux", "amd64"),
            TestLayout.OnPlatform(_layout.Image("second"), "linux", "amd64"));
        ResolvedManifest resolved = await ResolveAsync(index, platform);
        Assert.Equal(_layout.Image(content).Digest, resolved.Manifest.Digest);
        Assert.Equal(index.Digest, Assert.Single(resolved.Indexes).Digest);
    }

    [Fact]
    public async Task When_none_fits_the_available_ones_are_named()
    {
        Descriptor index = _layout.Index(
            TestLayout.OnPlatform(_layout.Image("a"), "linux", "arm64", "v8"),
            TestLayout.OnPlatform(_layout.Image("b"), "linux", "s390x"),
            TestLayout.OnPlatform(_layout.Image("c"), "unknown", "unknown"));
        await Refused.AsAsync(ErrorKind.NotFound, "no image for linux/riscv64 here; available: linux/arm64, linux/s390x", () => ResolveAsync(index, "linux/riscv64"));
        await Refused.AsAsync(ErrorKind.NotFound, "available: none", () => ResolveAsync(_layout.Index(), "linux/riscv64"));
    }

    [Fact]
    public async Task Nested_indexes_are_searched_in_order()
    {
        Descriptor inner = _layout.Index(TestLayout.OnPlatform(_layout.Image("inner"), "linux", "arm64"));
        Descriptor outer = _layout.Index(TestLayout.Json(inner), TestLayout.OnPlatform(_layout.Image("outer"), "linux", "arm64"));
        ResolvedManifest resolved = await ResolveAsync(outer, "linux/arm64");
        Assert.Equal(_layout.Image("inner").Digest, resolved.Manifest.Digest);
        Assert.Equal([outer.Digest, inner.Digest], resolved.Indexes.Select(index => index.Digest));
    }

    [Fact]
    public async Task What_comes_after_the_choice_need_not_exist()
    {
        Descriptor gone = _layout.Index();
        File.Delete(_layout.BlobPath(gone));
        Descriptor outer = _layout.Index(TestLayout.OnPlatform(_layout.Image("x"), "linux", "arm64"), TestLayout.Json(gone));
        Assert.Equal(_layout.Image("x").Digest, (await ResolveAsync(outer, "linux/arm64")).Manifest.Digest);
        await Refused.AsAsync(ErrorKind.DataLoss, "is missing", () => ResolveAsync(outer, "linux/amd64"));
    }

    [Fact]
    public async Task An_image_without_a_platform_has_that_of_its_config()
    {
        Descriptor index = _layout.Index(TestLayout.Json(_layout.Image("a", "arm64")), TestLayout.Json(_layout.Image("b", "s390x")));
        Assert.Equal(_layout.Image("b", "s390x").Digest, (await ResolveAsync(index, "linux/s390x")).Manifest.Digest);
        await Refused.AsAsync(ErrorKind.NotFound, "linux/arm64, linux/s390x", () => ResolveAsync(index, "linux/amd64"));
    }

    [Fact]
    public async Task An_artifact_is_the_choice_when_nothing_else_is()
    {
        Descriptor artifact = _layout.Manifest(MediaTypes.OciManifest, _layout.Blob(MediaTypes.OciEmpty, "{}"));
        Assert.Equal(artifact.Digest, (await ResolveAsync(_layout.Index(TestLayout.Json(artifact)))).Manifest.Digest);
        Descriptor index = _layout.Index(TestLayout.Json(artifact), TestLayout.Json(_layout.Image("a", "arm64")));
        Assert.Equal(_layout.Image("a", "arm64").Digest, (await ResolveAsync(index, "linux/arm64")).Manifest.Digest);
    }

    [Fact]
    public async Task A_manifest_alone_is_taken_unless_another_platform_was_asked_for()
    {
        Descriptor image = _layout.Image("a", "s390x");
        Assert.Equal(image.Digest, (await ResolveAsync(image)).Manifest.Digest);
        Assert.Equal(image.Digest, (await ResolveAsync(image, "linux/s390x")).Manifest.Digest);
        await Refused.AsAsync(ErrorKind.NotFound, "available: linux/s390x", () => ResolveAsync(image, "linux/arm64"));
    }

    /// <summary>Forty entries at each of seven levels: 40^7 ways, but eight documents.</summary>
    [Fact]
    public async Task Many_ways_to_the_same_index_are_one()
    {
        Descriptor index = _layout.Index(TestLayout.OnPlatform(_layout.Image("a"), "linux", "s390x"));
        for (int level = 0; level < 7; level++)
        {
            index = _layout.Index([.. Enumerable.Repeat(TestLayout.Json(index), 40)]);
        }

        await Refused.AsAsync(ErrorKind.NotFound, "linux/s390x", () => ResolveAsync(index, "linux/riscv64"));
    }

    [Fact]
    public async Task Depth_is_bounded()
    {
        Descriptor index = _layout.Index(TestLayout.OnPlatform(_layout.Image("a"), "linux", "s390x"));
        for (int level = 0; level < 40; level++)
        {
            index = _layout.Index(TestLayout.Json(index));
        }

        await Refused.AsAsync(ErrorKind.DataLoss, "MaxIndexDepth", () => ResolveAsync(index, "linux/s390x"));
    }

    [Fact]
    public async Task An_index_where_a_manifest_is_announced_is_refused()
    {
        Descriptor index = _layout.Index();
        await Refused.AsAsync(ErrorKind.DataLoss, "is also an index", () => ResolveAsync(index with { MediaType = MediaTypes.OciManifest }));
        Descriptor image = _layout.Image("a");
        await Refused.AsAsync(ErrorKind.DataLoss, "is also a manifest", () => ResolveAsync(image with { MediaType = MediaTypes.OciIndex }));
        await Refused.AsAsync(ErrorKind.DataLoss, "neither", () => ResolveAsync(image with { MediaType = "text/plain" }));
        await Refused.AsAsync(
            ErrorKind.DataLoss, "schema 1", () => ResolveAsync(_layout.Blob("application/vnd.docker.distribution.manifest.v2+json", """{"schemaVersion":1,"fsLayers":[]}""")));
    }

    [Fact]
    public async Task An_image_view_wants_a_diffID_for_each_layer()
    {
        Descriptor layer = _layout.Blob(MediaTypes.OciLayer, "a");
        Descriptor config = _layout.Blob(MediaTypes.OciConfig, $$"""{"rootfs":{"type":"layers","diff_ids":["{{layer.Digest}}"]} }""");
        await Refused.AsAsync(
            ErrorKind.DataLoss, "has 2 layers", () => ImageView.LoadAsync(_layout.Open(), _layout.Manifest(MediaTypes.OciManifest, config, layer, layer)));
        await Refused.AsAsync(
            ErrorKind.DataLoss, "has 0 layers", () => ImageView.LoadAsync(_layout.Open(), _layout.Manifest(MediaTypes.OciManifest, config)));
    }

    [Fact]
    public async Task An_artifact_is_no_image()
    {
        Descriptor empty = _layout.Blob(MediaTypes.OciEmpty, "{}");
        LayerStoreException exception = await Refused.AsAsync(
            ErrorKind.DataLoss, "application/vnd.oci.empty.v1+json", () => ImageView.LoadAsync(_layout.Open(), _layout.Manifest(MediaTypes.OciManifest, empty, empty)));
        Assert.Contains("--no-unpack", exception.Hint, StringComparison.Ordinal);
    }
}
