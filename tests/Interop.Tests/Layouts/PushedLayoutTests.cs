using System.Security.Cryptography;
using LayerStore.Images;
using LayerStore.Oci;
using LayerStore.Transports;
using Snapshotter;

namespace Interop.Tests.Layouts;

/// <summary>skopeo reads every layout and archive that we write, and finds the bytes that were pulled.</summary>
public sealed class PushedLayoutTests(PulledImages images) : IClassFixture<PulledImages>, IDisposable
{
    private readonly TempDirectory _temp = new();

    public static TheoryData<string> Tags { get; } = [.. TestData.Tags, "artifact"];

    // An artifact has no config that a docker archive could hold.
    public static TheoryData<string> ImageTags { get; } = [.. TestData.Tags];

    public void Dispose() => _temp.Dispose();

    [SkippableTheory]
    [MemberData(nameof(Tags))]
    public Task Skopeo_reads_a_layout(string tag) => CheckAsync(tag, $"oci:{_temp["out"]}:{tag}");

    [SkippableTheory]
    [MemberData(nameof(Tags))]
    public Task Skopeo_reads_an_oci_archive(string tag) => CheckAsync(tag, $"oci-archive:{_temp["out.tar"]}:{tag}");

    [SkippableTheory]
    [MemberData(nameof(ImageTags))]
    public async Task Skopeo_reads_a_docker_archive_with_the_same_config(string tag)
    {
        Tools.Require("skopeo");
        Store store = images.Store;
        Image image = await store.ResolveAsync(tag);
        ImageView view = await store.LoadAsync(image);
        var archive = $"docker-archive:{_temp["out.tar"]}:docker.io/library/{tag}:latest";

        await store.PushAsync(tag, TransportReference.Parse(archive));

        Assert.Equal(view.Manifest.Config.Digest.ToString(), Sha256(Skopeo("inspect", "--config", "--raw", archive)));
        Skopeo("inspect", archive);
        Skopeo("copy", "-q", archive, $"dir:{_temp["dir"]}");
        Skopeo("copy", "-q", archive, $"oci:{_temp["oci"]}:{tag}");
        Skopeo("copy", "-q", archive, $"docker-archive:{_temp["again.tar"]}:docker.io/library/{tag}:latest");
    }

    private async Task CheckAsync(string tag, string destination)
    {
        Tools.Require("skopeo", "jq");
        Store store = images.Store;
        Image image = await store.ResolveAsync(tag);

        Descriptor written = await store.PushAsync(tag, TransportReference.Parse(destination));

        // What was there is what is written: the bytes of the manifest are its digest, and it names the config by its digest.
        Assert.Equal(image.Manifest.Digest, written.Digest);
        if (tag == "docker")
        {
            // skopeo knows no Docker media types in an OCI layout; the layout itself must still be right.
            await using Store another = await Store.OpenAsync(_temp["another"], new StoreOptions { Sync = false });
            Assert.Equal(written.Digest, (await another.PullAsync(TransportReference.Parse(destination))).Manifest.Digest);
            return;
        }

        Assert.Equal(written.Digest.ToString(), Sha256(Skopeo("inspect", "--raw", destination)));
        if (tag != "artifact")
        {
            ImageView view = await store.LoadAsync(image);
            Assert.Equal(view.Manifest.Config.Digest.ToString(), Sha256(Skopeo("inspect", "--config", "--raw", destination)));
            Skopeo("inspect", destination);
        }

        Skopeo("copy", "-q", destination, $"dir:{_temp["dir"]}");

        // It refuses to write a layout with a bzip2 layer, which has no media type of its own.
        if (tag != "compressions")
        {
            Skopeo("copy", "-q", destination, $"oci:{_temp["oci"]}:{tag}");
            Assert.Equal(written.Digest.ToString(), Sha256(Skopeo("inspect", "--raw", $"oci:{_temp["oci"]}:{tag}")));
        }

        // Docker's formats have no zstd layers (and no artifacts): skopeo refuses them.
        if (tag is not ("zstd" or "compressions" or "artifact"))
            Skopeo("copy", "-q", destination, $"docker-archive:{_temp["docker.tar"]}:docker.io/library/{tag}:latest");
    }

    private byte[] Skopeo(params string[] arguments) =>
        new ToolCommand("skopeo", ["--override-os", "linux", "--override-arch", "amd64", .. arguments])
        {
            // Archives are spread out below TMPDIR.
            Environment = new Dictionary<string, string?> { ["TMPDIR"] = _temp.FullPath },
        }.Run().Expect().OutputBytes;

    private static string Sha256(byte[] bytes) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));
}
