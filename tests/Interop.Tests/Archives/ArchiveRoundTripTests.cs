using LayerStore.Images;
using LayerStore.Transports;
using Snapshotter;

namespace Interop.Tests.Archives;

/// <summary>Archives go from us through other tools and back to us, and the image is the same.</summary>
public sealed class ArchiveRoundTripTests : IDisposable
{
    private const string Reference = "registry.example.org/group/image_name:v1.0-x";

    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [SkippableTheory]
    [InlineData("oci-archive", "docker-archive", "busybox")]
    [InlineData("oci-archive", "docker-archive", "layers")]
    [InlineData("oci-archive", "docker-archive", "attributes")]
    [InlineData("oci-archive", "oci-archive", "zstd")]
    [InlineData("oci-archive", "oci-archive", "layers")]
    [InlineData("docker-archive", "oci-archive", "layers")]
    [InlineData("docker-archive", "docker-archive", "whiteouts")]
    [InlineData("docker-archive", "docker-archive", "sparse")]
    [InlineData("docker-archive", "docker-archive", "docker")]
    public async Task Through_skopeo(string ours, string theirs, string tag)
    {
        Tools.RequireRoot();
        Tools.Require("skopeo");
        await RoundTripAsync(tag, ours, theirs, (from, to) => new ToolCommand("skopeo", "copy", "-q", from, to)
        {
            Environment = new Dictionary<string, string?> { ["TMPDIR"] = _temp.FullPath },
        }.Run().Expect());
    }

    // Not `layers`: podman cannot load it from anyone, as umoci put whiteouts below what the same layer makes a file.
    [SkippableTheory]
    [InlineData("oci-archive", "docker-archive", "busybox")]
    [InlineData("oci-archive", "oci-archive", "whiteouts")]
    [InlineData("docker-archive", "oci-archive", "attributes")]
    [InlineData("docker-archive", "docker-archive", "repeated")]
    public async Task Through_podman(string ours, string theirs, string tag)
    {
        Tools.RequireRoot();
        Tools.Require("podman");
        using var podman = new Podman();
        await RoundTripAsync(tag, ours, theirs, (from, to) =>
        {
            podman.Run("load", "-q", "-i", PathOf(from));
            podman.Run("save", "-q", "--format", theirs, "-o", PathOf(to), Reference);
        });
    }

    private async Task RoundTripAsync(string tag, string ours, string theirs, Action<string, string> pass)
    {
        await using Store store = await Store.OpenAsync(_temp["store"], new StoreOptions { Sync = false });
        Image image = await store.PullAsync(TransportReference.Parse(TestData.Source(tag)), new() { Name = "before" });
        var from = $"{ours}:{_temp["from.tar"]}:{Reference}";
        await store.PushAsync("before", TransportReference.Parse(from));

        pass(from, $"{theirs}:{_temp["to.tar"]}:{Reference}");

        // Tools compress layers again, which changes the manifest; each diffID must stay. So must the config, unless they convert one
        // of Docker's format to OCI's: they write that one anew.
        Image back = await store.PullAsync(TransportReference.Parse($"{theirs}:{_temp["to.tar"]}"), new() { Name = "after" });
        ImageView before = await store.LoadAsync(image);
        ImageView after = await store.LoadAsync(back);
        if (!(ours == "docker-archive" && theirs == "oci-archive"))
            Assert.Equal(before.Manifest.Config.Digest, after.Manifest.Config.Digest);
        Assert.Equal(before.Layers.Select(layer => layer.DiffId), after.Layers.Select(layer => layer.DiffId));
        await store.UnpackAsync("after", _temp["tree"]);
        Assert.Equal(TestData.ExpectedTree(tag), TestData.Tree(_temp["tree"]));
    }

    private string PathOf(string reference) => _temp[reference.Contains("from.tar", StringComparison.Ordinal) ? "from.tar" : "to.tar"];
}
