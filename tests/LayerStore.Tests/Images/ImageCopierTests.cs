using System.Collections.Concurrent;
using LayerStore.Content;
using LayerStore.Images;
using LayerStore.Oci;
using LayerStore.Tests.Content;
using LayerStore.Tests.Oci;
using LayerStore.Tests.Transports;
using LayerStore.Transports;

namespace LayerStore.Tests.Images;

public sealed class ImageCopierTests : IDisposable
{
    private readonly TempDirectory _temp = new();
    private readonly TestLayout _layout = new();
    private readonly OpenStore _store;

    public ImageCopierTests() => _store = new OpenStore(_temp["store"]);

    public void Dispose()
    {
        _store.Dispose();
        _layout.Dispose();
        _temp.Dispose();
    }

    private async Task<ResolvedManifest> PullAsync(
        string? tag = null, string? platform = null, bool mustBeImage = false, IProgress<CopyProgress>? progress = null)
    {
        await using IImageSource source = _layout.Open(tag);
        return await new ImageCopier(_store.Content).PullAsync(source, platform is null ? null : Platform.Parse(platform), mustBeImage, progress);
    }

    private async Task<Descriptor> PushAsync(ResolvedManifest image, string destination)
    {
        await using IImageSink sink = ImageTransports.OpenSink(TransportReference.Parse(destination));
        return await new ImageCopier(_store.Content).PushAsync(
            new Image("name", image.Target, image.Manifest.Descriptor, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch), sink);
    }

    [Fact]
    public async Task All_of_an_image_is_copied_once()
    {
        _layout.Tag(_layout.Image("a"), "v1");
        Reported first = new();
        ResolvedManifest image = await PullAsync(progress: first);
        Assert.Equal(_layout.Image("a").Digest, image.Manifest.Digest);
        Assert.Equal(3, (await _store.ListAsync()).Count);
        Assert.Equal(3, first.Count(CopyState.Done));
        ImageView view = await ImageView.LoadAsync(new ContentBlobProvider(_store.Content), image.Target);
        Assert.Equal(Digest.Compute("a"u8), view.Layers[0].DiffId);

        Reported second = new();
        await PullAsync(progress: second);
        Assert.Equal((3, 0), (second.Count(CopyState.Exists), second.Count(CopyState.Copying)));
    }

    [Theory]
    [InlineData("oci:DIR/out:v2")]
    [InlineData("oci-archive:DIR/out.tar:v2")]
    public async Task An_index_comes_out_byte_for_byte_if_all_of_it_is_here(string destination)
    {
        Descriptor nested = _layout.Index(TestLayout.OnPlatform(_layout.Image("a"), "linux", "amd64"));
        _layout.Tag(_layout.Index(TestLayout.Json(nested, ""","x-unknown":{"a":1e0}""")), "v1");
        ResolvedManifest image = await PullAsync(platform: "linux/amd64");
        Assert.Equal(5, (await _store.ListAsync()).Count);
        string reference = destination.Replace("DIR", _temp.Path, StringComparison.Ordinal);
        Assert.Equal(image.Target, await PushAsync(image, reference));
        await using IImageSource copy = ImageTransports.OpenSource(TransportReference.Parse(reference));
        Descriptor target = await copy.ResolveAsync();
        Assert.Equal(image.Target.Digest, target.Digest);
        Assert.Equal("v2", target.Annotations[Annotations.RefName]);
        Assert.Equal(image.Manifest.Digest, (await ManifestResolver.ResolveAsync(copy, target, Platform.Parse("linux/amd64"))).Manifest.Digest);
    }

    [Fact]
    public async Task Of_an_index_that_is_not_all_here_the_manifest_comes_out()
    {
        Descriptor index = _layout.Index(
            TestLayout.OnPlatform(_layout.Image("a"), "linux", "amd64"), TestLayout.OnPlatform(_layout.Image("b", "arm64"), "linux", "arm64"));
        _layout.Tag(index, "v1");
        ResolvedManifest image = await PullAsync(platform: "linux/arm64");
        Assert.Equal(index.Digest, image.Target.Digest);
        Assert.Equal(4, (await _store.ListAsync()).Count);
        Assert.Equal(_layout.Image("b", "arm64").Digest, (await PushAsync(image, $"oci:{_temp.Path}/out")).Digest);

        await PullAsync(platform: "linux/amd64");
        Assert.Equal(index.Digest, (await PushAsync(image, $"oci:{_temp.Path}/all")).Digest);
    }

    [Fact]
    public async Task An_artifact_goes_through_unchanged_but_is_refused_as_an_image()
    {
        Descriptor empty = _layout.Blob(MediaTypes.OciEmpty, "{}");
        Descriptor artifact = _layout.Manifest(
            MediaTypes.OciManifest, empty, _layout.Blob("application/x-anything", "stuff"), _layout.Blob(MediaTypes.OciLayerNonDistributable, "more"), empty);
        _layout.Tag(artifact);
        await Refused.AsAsync(ErrorKind.DataLoss, "not an image", () => PullAsync(mustBeImage: true));
        Assert.Empty(await _store.ListAsync());
        ResolvedManifest pulled = await PullAsync();
        Assert.Equal(artifact.Digest, (await PushAsync(pulled, $"oci:{_temp.Path}/out")).Digest);
        Assert.Equal(
            Directory.GetFiles(_layout.PathOf("blobs/sha256")).Select(Path.GetFileName).Order(),
            Directory.GetFiles(_temp["out/blobs/sha256"]).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task An_artifact_keeps_its_type_and_its_subject_which_may_be_nowhere()
    {
        Descriptor empty = _layout.Blob(MediaTypes.OciEmpty, "{}");
        Digest absent = Digest.Compute("absent"u8);
        string config = $$"""{"mediaType":"{{MediaTypes.OciEmpty}}","digest":"{{empty.Digest}}","size":2}""";
        Descriptor artifact = _layout.Blob(
            MediaTypes.OciManifest,
            $$"""
            {"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","artifactType":"application/x-signature","config":{{config}},"layers":[{{config}}],
            "subject":{"mediaType":"{{MediaTypes.OciManifest}}","digest":"{{absent}}","size":6} }
            """);
        _layout.Tag(artifact);

        ResolvedManifest pulled = await PullAsync();
        Assert.Equal("application/x-signature", pulled.Manifest.ArtifactType);
        Assert.Equal(absent, pulled.Manifest.Subject!.Digest);
        Assert.False(pulled.Manifest.IsImage);
        Assert.Null(await _store.Content.StatAsync(absent));
        Assert.Equal(artifact.Digest, (await PushAsync(pulled, $"oci:{_temp.Path}/out")).Digest);
        Assert.Equal(
            new[] { artifact.Digest.Encoded, empty.Digest.Encoded }.Order(), Directory.GetFiles(_temp["out/blobs/sha256"]).Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData("A", "has the digest")]
    [InlineData("aa", "has 2 bytes, not 1")]
    [InlineData(null, "is missing")]
    public async Task A_wrong_layer_leaves_nothing_of_itself(string? content, string says)
    {
        _layout.Tag(_layout.Image("a"));
        string path = _layout.BlobPath(_layout.Blob("x/y", "a"));
        File.Delete(path);
        if (content is not null)
        {
            File.WriteAllText(path, content);
        }

        await Refused.AsAsync(ErrorKind.DataLoss, says, () => PullAsync());
        Assert.Null(await _store.Content.StatAsync(Digest.Compute("a"u8)));
        Assert.Null(await _store.Content.StatAsync(_layout.Image("b").Digest));
        Assert.Empty(await _store.ListIngestsAsync());

        _layout.Image("a");
        await PullAsync();
        Assert.NotNull(await _store.Content.StatAsync(Digest.Compute("a"u8)));
    }

    [Fact]
    public async Task One_blob_has_one_size()
    {
        Descriptor layer = _layout.Blob(MediaTypes.OciLayer, "a");
        _layout.Tag(_layout.Manifest(MediaTypes.OciManifest, _layout.Blob(MediaTypes.OciEmpty, "{}"), layer, layer with { Size = 2 }));
        await Refused.AsAsync(ErrorKind.DataLoss, "not 2", () => PullAsync());
    }

    [Theory]
    [InlineData("begin")]
    [InlineData("BEGIN")]
    [InlineData("begin and more than there is")]
    public async Task A_half_copied_blob_is_resumed_or_begun_anew(string left)
    {
        _layout.Tag(_layout.Image("begin and end"));
        Descriptor layer = _layout.Blob(MediaTypes.OciLayer, "begin and end");
        await using (IngestWriter writer = await _store.Content.BeginIngestAsync($"blob-{layer.Digest}"))
        {
            writer.Write(System.Text.Encoding.UTF8.GetBytes(left));
        }

        await PullAsync();
        Assert.NotNull(await _store.Content.StatAsync(layer.Digest));
        Assert.Empty(await _store.ListIngestsAsync());
    }

    [Fact]
    public async Task Several_at_once_all_succeed()
    {
        _layout.Tag(_layout.Image(new string('x', 3_000_000)));
        ResolvedManifest[] images = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => PullAsync())));
        Assert.Single(images.Select(image => image.Manifest.Digest).Distinct());
        Assert.Equal(3, (await _store.ListAsync()).Count);
    }

    [Fact]
    public async Task A_damaged_blob_in_the_store_never_comes_out_as_an_image()
    {
        _layout.Tag(_layout.Image("a layer with some bytes"));
        ResolvedManifest image = await PullAsync();
        BlobFile.FlipOneBit(_store.Layout.Blob(Digest.Compute("a layer with some bytes"u8)));
        await Refused.AsAsync(ErrorKind.DataLoss, "has the digest", () => PushAsync(image, $"oci:{_temp.Path}/out:v1"));
        Assert.False(File.Exists(_temp["out/index.json"]));
        Assert.Empty(Directory.GetFiles(_temp["out"], ".*"));
        await Refused.AsAsync(ErrorKind.DataLoss, "is missing", () => PushAsync(image, $"oci-archive:{_temp.Path}/out.tar"));
        Assert.Equal(["out", "store"], Directory.GetFileSystemEntries(_temp.Path).Select(Path.GetFileName).Order());

        // A second pull heals it.
        await PullAsync();
        await PushAsync(image, $"oci-archive:{_temp.Path}/out.tar");
    }

    [Fact]
    public async Task Sha512_names_blobs_as_well()
    {
        byte[] bytes = "a layer"u8.ToArray();
        Descriptor layer = new(MediaTypes.OciLayer, Digest.Compute(bytes, DigestAlgorithm.Sha512), bytes.Length);
        Directory.CreateDirectory(_layout.PathOf("blobs/sha512"));
        File.WriteAllBytes(_layout.PathOf($"blobs/sha512/{layer.Digest.Encoded}"), bytes);
        _layout.Tag(_layout.Manifest(MediaTypes.OciManifest, _layout.Blob(MediaTypes.OciEmpty, "{}"), layer));
        ResolvedManifest image = await PullAsync();
        await PushAsync(image, $"oci-archive:{_temp.Path}/out.tar");
        await using IImageSource copy = ImageTransports.OpenSource(TransportReference.Parse($"oci-archive:{_temp.Path}/out.tar"));
        await copy.ResolveAsync();
        await using Stream stream = await copy.OpenAsync(layer);
        using StreamReader reader = new(stream);
        Assert.Equal("a layer", await reader.ReadToEndAsync());
    }

    /// <summary>Collects news on whatever thread they come.</summary>
    private sealed class Reported : IProgress<CopyProgress>
    {
        private readonly ConcurrentQueue<CopyProgress> _all = [];

        public int Count(CopyState state) => _all.Count(news => news.State == state);

        public void Report(CopyProgress value) => _all.Enqueue(value);
    }
}
