using System.Globalization;
using Interop.Tests.Daemon.Support;
using Xunit.Abstractions;

namespace Interop.Tests.Daemon;

/// <summary>containerd takes the layers that <c>layerstore pull</c> unpacked, and brings none of its own (containerd, docs/remote-snapshotter.md).</summary>
public sealed class RemoteSnapshotTests(ITestOutputHelper output) : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [SkippableTheory]
    [InlineData("overlay", false)]
    [InlineData("overlay", true)]
    public void An_image_that_was_pulled_here_is_neither_fetched_nor_unpacked(string driver, bool withContent)
    {
        using var machine = new ContainerdOnLayerStore(_temp, withContent, "--driver", driver);
        machine.Daemon.Cli("pull", $"oci:{machine.MakeLayout()}:image", "--name", "pulled");
        string[] layers = Layers(machine);
        long files = Inodes(machine);
        long blobs = BlobBytes(machine);

        (long documents, long fetched) = machine.Pull();

        output.WriteLine($"with the layers here: {documents} bytes of manifest and configuration fetched, {fetched} bytes of layers");
        Assert.Equal(0, fetched);
        Assert.InRange(documents, 1, 100_000);
        Assert.Equal(layers, Layers(machine));
        Assert.Equal(files, Inodes(machine));
        Assert.Equal(blobs, BlobBytes(machine));
        Assert.Equal(3, machine.Snapshots().Count);

        // It runs, and after containerd has forgotten it the command line's image is as it was.
        Assert.Equal("one\n", machine.Containerd.Ctr(
            "run", "--rm", "--snapshotter", ContainerdOnLayerStore.Snapshotter, ContainerdOnLayerStore.Image, "first", "/bin/sh", "-ec", "[ ! -e /opt/new/two ]; cat /opt/new/one").Output);
        machine.Containerd.Ctr("images", "rm", "--sync", ContainerdOnLayerStore.Image);
        machine.Containerd.Collect();
        Assert.Empty(machine.Snapshots());
        Assert.Equal(layers, Layers(machine));
        machine.Daemon.Cli("check", "--read-data");
        machine.Daemon.Cli("mount", "pulled", _temp["target"], "--read-only");
        Assert.Equal("one\n", File.ReadAllText(_temp["target/opt/new/one"]));
        machine.Daemon.Cli("umount", _temp["target"]);
        machine.Daemon.Cli("rmi", "pulled");
        machine.AssertNothingIsLeft();
    }

    [SkippableFact]
    public void Without_it_all_layers_are_fetched()
    {
        using var machine = new ContainerdOnLayerStore(_temp, withContent: false);

        (_, long builtIn) = machine.Pull("overlayfs");
        machine.Containerd.Ctr("images", "rm", "--sync", ContainerdOnLayerStore.Image);
        (_, long ours) = machine.Pull();

        output.WriteLine($"without the layers here: {ours} bytes of layers fetched");
        Assert.True(ours > 500_000, $"{ours} bytes");
        Assert.Equal(builtIn, ours);
        Assert.Equal(3, Layers(machine).Length);
    }

    private static string[] Layers(ContainerdOnLayerStore machine) =>
        [.. Directory.EnumerateDirectories(Path.Combine(machine.Daemon.Root, "t")).Select(path => Path.GetFileName(path)).Where(name => name != "0").Order(StringComparer.Ordinal)];

    /// <summary>Files and directories in the layers.</summary>
    private static long Inodes(ContainerdOnLayerStore machine) =>
        long.Parse(ProcessRunner.Run("du", "--summarize", "--inodes", Path.Combine(machine.Daemon.Root, "t")).Output.Split('\t')[0], CultureInfo.InvariantCulture);

    /// <summary>Bytes of layers here and at containerd, as blobs: of all that is no JSON document.</summary>
    private static long BlobBytes(ContainerdOnLayerStore machine) =>
        new[] { Path.Combine(machine.Daemon.Root, "blobs"), machine.Containerd.ContentDirectory }
            .Where(Directory.Exists)
            .SelectMany(directory => Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories))
            .Sum(file => File.ReadAllBytes(file) is var bytes && bytes is [(byte)'{', ..] ? 0 : bytes.Length);
}
