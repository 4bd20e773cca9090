using LayerStore.Images;
using LayerStore.Oci;
using LayerStore.Tests.Content;
using LayerStore.Transports;

namespace LayerStore.Tests.Transports;

/// <summary>What other tools write is read, and what is written here they read.</summary>
public sealed class ToolsTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    /// <summary>A layout of umoci's: <c>layout:v1</c>, a manifest with two layers.</summary>
    private string MakeLayout()
    {
        Tools.Require("umoci", "skopeo");
        ProcessRunner.Script(
            """
            cd "$1"
            umoci init --layout layout
            umoci new --image layout:v1
            echo hello > file
            umoci insert --image layout:v1 file /hello
            umoci insert --image layout:v1 file /world
            umoci config --image layout:v1 --config.env A=B --config.cmd /hello
            """,
            _temp.Path);
        return _temp["layout"];
    }

    private static void Copy(string from, string to) => ProcessRunner.Run("skopeo", "copy", "-q", "--insecure-policy", from, to);

    private static string Inspect(string reference, string format) =>
        ProcessRunner.Run("skopeo", "inspect", "--format", format, reference).Output.Trim();

    private static async Task<ImageView> LoadAsync(string reference)
    {
        await using IImageSource source = ImageTransports.OpenSource(TransportReference.Parse(reference));
        ImageView view = await ImageView.LoadAsync(source, await source.ResolveAsync());
        foreach (Descriptor blob in view.Layers.Select(layer => layer.Descriptor))
        {
            await using Stream stream = await source.OpenAsync(blob);
            await stream.CopyToAsync(Stream.Null);
        }

        return view;
    }

    private async Task<ResolvedManifest> ConvertAsync(string from, string to)
    {
        using OpenStore store = new(_temp["store"]);
        ImageCopier copier = new(store.Content);
        await using IImageSource source = ImageTransports.OpenSource(TransportReference.Parse(from));
        ResolvedManifest image = await copier.PullAsync(source, mustBeImage: true);
        await using IImageSink sink = ImageTransports.OpenSink(TransportReference.Parse(to));
        await copier.PushAsync(
            new Image("name", image.Target, image.Manifest.Descriptor, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch), sink);
        return image;
    }

    [SkippableFact]
    public async Task What_skopeo_writes_is_read()
    {
        string layout = $"oci:{MakeLayout()}:v1";
        ImageView image = await LoadAsync(layout);
        Assert.Equal(2, image.Layers.Count);
        Assert.Contains("A=B", image.Config.Runtime.Env);

        Copy(layout, $"oci-archive:{_temp["o.tar"]}:busybox:1");
        ImageView archived = await LoadAsync($"oci-archive:{_temp["o.tar"]}:busybox:1");
        Assert.Equal(image.Manifest.Digest, archived.Manifest.Digest);

        Copy(layout, $"docker-archive:{_temp["d.tar"]}:busybox:1");
        ImageView saved = await LoadAsync($"docker-archive:{_temp["d.tar"]}:busybox:1");
        Assert.Equal(image.Layers.Select(layer => layer.ChainId), saved.Layers.Select(layer => layer.ChainId));
        Assert.Equal(image.Config.Runtime.Cmd, saved.Config.Runtime.Cmd);
    }

    [SkippableTheory]
    [InlineData("oci:OUT:v2")]
    [InlineData("oci:OUT:registry.example.org/foo/bar_baz:v1.0-x")]
    [InlineData("oci-archive:OUT:busybox:1")]
    [InlineData("docker-archive:OUT:busybox:1")]
    public async Task What_is_written_here_skopeo_reads_and_it_comes_back_the_same(string reference)
    {
        string layout = $"oci:{MakeLayout()}:v1";
        string destination = reference.Replace("OUT", _temp["out"], StringComparison.Ordinal);
        ResolvedManifest image = await ConvertAsync(layout, destination);
        Assert.Contains("A=B", Inspect(destination, "{{.Env}}"), StringComparison.Ordinal);
        Copy(destination, $"oci:{_temp["back"]}:x");
        ImageView expected = await LoadAsync(layout);
        ImageView back = await LoadAsync($"oci:{_temp["back"]}:x");
        Assert.Equal(expected.Layers.Select(layer => layer.DiffId), back.Layers.Select(layer => layer.DiffId));
        if (!reference.StartsWith("docker", StringComparison.Ordinal))
        {
            Assert.Equal(image.Manifest.Digest.ToString(), Inspect(destination, "{{.Digest}}"));
            Assert.Equal(image.Manifest.Digest, back.Manifest.Digest);
        }
    }

    [SkippableFact]
    public async Task What_is_written_here_umoci_reads()
    {
        string layout = MakeLayout();
        Copy($"oci:{layout}:v1", $"docker-archive:{_temp["d.tar"]}:busybox:1");
        await ConvertAsync($"docker-archive:{_temp["d.tar"]}", $"oci:{_temp["out"]}:v1");
        ProcessRunner.Run("umoci", "stat", "--image", $"{_temp["out"]}:v1");
        ProcessRunner.Run("umoci", "raw", "unpack", "--rootless", "--image", $"{_temp["out"]}:v1", _temp["rootfs"]);
        Assert.Equal("hello\n", File.ReadAllText(_temp["rootfs/world"]));
    }

    [SkippableTheory]
    [InlineData("oci-archive")]
    [InlineData("docker-archive")]
    public async Task What_is_written_here_podman_loads(string transport)
    {
        Tools.Require("podman");
        Tools.RequireRoot();
        string layout = MakeLayout();
        await ConvertAsync($"oci:{layout}:v1", $"{transport}:{_temp["out"]}:localhost/x:1");
        string[] podman = ["--root", _temp["containers"], "--runroot", _temp["run"], "--storage-driver", "vfs"];
        ProcessRunner.Run("podman", [.. podman, "load", "-q", "-i", _temp["out"]]);
        Assert.Contains("A=B", ProcessRunner.Run("podman", [.. podman, "image", "inspect", "localhost/x:1"]).Output, StringComparison.Ordinal);
    }

    /// <summary>Docker's types in a layout, which skopeo finds only where it need not look for a tag.</summary>
    [SkippableFact]
    public async Task Images_of_Dockers_types_are_read_and_written()
    {
        string layout = MakeLayout();
        ProcessRunner.Run("skopeo", "copy", "-q", "--insecure-policy", "--format", "v2s2", $"oci:{layout}:v1", $"dir:{_temp["dir"]}");
        ImageManifest docker = ImageManifest.Parse(File.ReadAllBytes(_temp["dir/manifest.json"]));
        Assert.Equal(MediaTypes.DockerManifest, docker.MediaType);

        // Nothing writes Docker's types to a layout, so the test does.
        foreach (string file in Directory.GetFiles(_temp["dir"]))
        {
            byte[] bytes = File.ReadAllBytes(file);
            File.WriteAllBytes(Path.Join(layout, "blobs/sha256", Digest.Compute(bytes).Encoded), bytes);
        }

        File.WriteAllText(Path.Join(layout, "index.json"), $$"""{"schemaVersion":2,"manifests":[{{TestLayout.Json(docker.Descriptor)}}]}""");
        ImageView view = await LoadAsync($"oci:{layout}");
        Assert.Equal(2, view.Layers.Count);
        ResolvedManifest image = await ConvertAsync($"oci:{layout}", $"oci-archive:{_temp["out"]}");
        Assert.Equal(docker.Digest, image.Manifest.Digest);
        Assert.Equal(docker.Digest.ToString(), Inspect($"oci-archive:{_temp["out"]}", "{{.Digest}}"));
    }
}
