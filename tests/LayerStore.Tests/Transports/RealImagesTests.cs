using LayerStore.Images;
using LayerStore.Oci;
using LayerStore.Tests.Content;
using LayerStore.Transports;

namespace LayerStore.Tests.Transports;

/// <summary>The images in testdata/, in by one transport and out by each.</summary>
public sealed class RealImagesTests : IDisposable
{
    private static readonly Platform Amd64 = Platform.Parse("linux/amd64");

    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    public static TheoryData<string> Images => [.. TestData.Tags];

    [Theory]
    [MemberData(nameof(Images))]
    public async Task An_image_goes_through_every_transport(string tag)
    {
        using OpenStore store = new(_temp["store"], sync: false);
        ImageCopier copier = new(store.Content);
        ResolvedManifest resolved;
        await using (IImageSource source = ImageTransports.OpenSource(TransportReference.Parse(TestData.Source(tag))))
        {
            resolved = await copier.PullAsync(source, Amd64, mustBeImage: true);
        }

        ImageView image = await ImageView.LoadAsync(new ContentBlobProvider(store.Content), resolved);
        Image named = new(tag, resolved.Target, resolved.Manifest.Descriptor, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);
        foreach (string destination in new[] { $"oci:{_temp["layout"]}:{tag}", $"oci-archive:{_temp["o.tar"]}:{tag}", $"docker-archive:{_temp["d.tar"]}:{tag}" })
        {
            TransportReference reference = TransportReference.Parse(destination);
            await using (IImageSink sink = ImageTransports.OpenSink(reference))
            {
                await copier.PushAsync(named, sink);
            }

            await using IImageSource copy = ImageTransports.OpenSource(reference);
            ImageView view = await ImageView.LoadAsync(copy, await copy.ResolveAsync(), Amd64);
            Assert.Equal(image.Config.Digest, view.Config.Digest);
            Assert.Equal(image.ChainId, view.ChainId);
            if (reference.Kind == TransportKind.DockerArchive)
            {
                // Each layer was unpacked and verified on the way out.
                Assert.Equal(view.Config.DiffIds, view.Layers.Select(layer => layer.Descriptor.Digest));
            }
            else
            {
                Assert.Equal(resolved.Manifest.Digest, view.Manifest.Digest);
            }

            foreach (ImageLayer layer in view.Layers)
            {
                await using Stream stream = await copy.OpenAsync(layer.Descriptor);
                await stream.CopyToAsync(Stream.Null);
            }
        }
    }

    [Fact]
    public async Task An_artifact_goes_through_a_layout()
    {
        using OpenStore store = new(_temp["store"], sync: false);
        ImageCopier copier = new(store.Content);
        await using IImageSource source = ImageTransports.OpenSource(TransportReference.Parse(TestData.Source("artifact")));
        ResolvedManifest artifact = await copier.PullAsync(source);
        await using IImageSink sink = ImageTransports.OpenSink(TransportReference.Parse($"oci:{_temp["layout"]}:a"));
        Image named = new("artifact", artifact.Target, artifact.Manifest.Descriptor, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);
        Assert.Equal(artifact.Target.Digest, (await copier.PushAsync(named, sink)).Digest);
        await using IImageSource copy = ImageTransports.OpenSource(sink.Reference);
        Assert.Equal((await source.ResolveAsync()).Digest, (await copy.ResolveAsync()).Digest);
    }

    [Theory]
    [InlineData("docker-archive")]
    [InlineData("oci-archive")]
    public async Task The_archives_hold_the_image_of_the_layout(string transport)
    {
        TransportReference reference = TransportReference.Parse($"{transport}:{Path.Join(TestData.Root, "archives", transport + ".tar")}");
        await using IImageSource archive = ImageTransports.OpenSource(reference);
        await using IImageSource layout = ImageTransports.OpenSource(TransportReference.Parse(TestData.Source("whiteouts")));
        ImageView expected = await ImageView.LoadAsync(layout, await layout.ResolveAsync());
        ImageView actual = await ImageView.LoadAsync(archive, await archive.ResolveAsync());
        Assert.Equal(expected.ChainId, actual.ChainId);
    }

    [Theory]
    [InlineData("multi", "linux/arm64/v8", "platform-arm64")]
    [InlineData("multi", "linux/amd64", "platform-amd64")]
    [InlineData("nested", "linux/aarch64", "platform-arm64")]
    [InlineData("nested", "linux/amd64", "platform-amd64")]
    public async Task An_index_leads_to_the_platform(string tag, string platform, string expected)
    {
        await using IImageSource source = ImageTransports.OpenSource(TransportReference.Parse(TestData.Source(tag)));
        await using IImageSource single = ImageTransports.OpenSource(TransportReference.Parse(TestData.Source(expected)));
        ResolvedManifest resolved = await ManifestResolver.ResolveAsync(source, await source.ResolveAsync(), Platform.Parse(platform));
        Assert.Equal((await single.ResolveAsync()).Digest, resolved.Manifest.Digest);
    }
}
