using System.Globalization;

namespace Interop.Tests.Daemon.Support;

/// <summary>A containerd whose snapshots, and content if wanted, a daemon of ours keeps. Disposing ends both.</summary>
internal sealed class ContainerdOnLayerStore : IDisposable
{
    /// <summary>What containerd calls our snapshotter.</summary>
    public const string Snapshotter = "layerstore";

    /// <summary>The image's name in containerd.</summary>
    public const string Image = "docker.io/library/layered:latest";

    private readonly TempDirectory _temp;
    private readonly bool _hasContent;

    /// <summary>Starts both; skips the test where that cannot be.</summary>
    /// <param name="temp">Where they keep everything.</param>
    /// <param name="withContent">Whether the blobs too are kept by the daemon.</param>
    /// <param name="options">Further options of <c>layerstore serve</c>.</param>
    public ContainerdOnLayerStore(TempDirectory temp, bool withContent, params string[] options)
    {
        Tools.RequireRoot();
        Tools.Require("containerd", "ctr", "runc", "skopeo", "umoci");
        _temp = temp;
        _hasContent = withContent;
        Daemon = new LayerStoreDaemon(temp["layerstore"], options);
        try
        {
            Containerd = withContent
                ? new Containerd(temp["containerd"], Daemon.Settings("snapshot", "content"), "io.containerd.content.v1.content")
                : new Containerd(temp["containerd"], Daemon.Settings("snapshot"));
        }
        catch
        {
            Daemon.Dispose();
            throw;
        }
    }

    /// <summary>Ours.</summary>
    public LayerStoreDaemon Daemon { get; }

    /// <summary>The real one.</summary>
    public Containerd Containerd { get; }

    /// <summary>Makes an OCI layout with an image, and gives its directory; the tag is <c>image</c>. It has a shell, and three layers: one adds files, one takes
    /// a file away.</summary>
    public string MakeLayout()
    {
        string layout = _temp["layout"];
        if (!Directory.Exists(layout))
        {
            ProcessRunner.Script(
                """
                skopeo copy --quiet "$1" "oci:$2:image"
                mkdir "$2/new"; echo one > "$2/new/one"; echo two > "$2/new/two"
                umoci insert --image "$2:image" "$2/new" /opt/new
                umoci insert --image "$2:image" --whiteout /opt/new/two
                """,
                TestData.Source("busybox"),
                layout);
        }

        return layout;
    }

    /// <summary>Imports that image with containerd's client, which unpacks it, and gives its name.</summary>
    /// <param name="intoNamespace">Another namespace than the first.</param>
    public string Import(string? intoNamespace = null)
    {
        string archive = _temp["image.tar"];
        if (!File.Exists(archive))
            ProcessRunner.Run("skopeo", "copy", "--quiet", $"oci:{MakeLayout()}:image", $"oci-archive:{archive}:{Image}");
        Containerd.CtrIn(intoNamespace ?? Containerd.Namespace, "images", "import", "--snapshotter", Snapshotter, archive);
        return Image;
    }

    /// <summary>Pulls that image with containerd's Go client, which asks the snapshotter for each layer before it fetches it.</summary>
    /// <param name="snapshotter">Where to.</param>
    /// <returns>The bytes that were fetched.</returns>
    public (long Documents, long Layers) Pull(string snapshotter = Snapshotter)
    {
        Tools.Require("go");
        string[] words = ProcessRunner.Run(
            Repository.PathOf("tests/go/pull"), _temp["go"], Containerd.Socket, Containerd.Namespace, snapshotter, MakeLayout(), "image", Image).Lines[^1].Split(' ');
        return (long.Parse(words[1], CultureInfo.InvariantCulture), long.Parse(words[3], CultureInfo.InvariantCulture));
    }

    /// <summary>What containerd lists of our snapshots, by their keys.</summary>
    public IReadOnlyDictionary<string, (string Parent, string Kind)> Snapshots(string? inNamespace = null) =>
        Containerd.CtrIn(inNamespace ?? Containerd.Namespace, "snapshots", "--snapshotter", Snapshotter, "list").Lines.Skip(1)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .ToDictionary(words => words[0], words => (words.Length == 3 ? words[1] : "", words[^1]));

    /// <summary>A command of <c>ctr snapshots</c> on our snapshotter.</summary>
    public ToolResult Snapshot(params string[] arguments) => TrySnapshot(arguments).Expect();

    /// <summary>The same, whatever its exit code.</summary>
    public ToolResult TrySnapshot(params string[] arguments) => Containerd.TryCtr(["snapshots", "--snapshotter", Snapshotter, .. arguments]);

    /// <summary>Waits until containerd has found a daemon that was started again. It tries by itself, with pauses of up to three seconds.</summary>
    public void WaitUntilConnected() =>
        Service.WaitUntil(() => TrySnapshot("list").ExitCode == 0, "containerd to find the daemon", () => Daemon.Log);

    /// <summary>The names in the layer that containerd makes of an active snapshot's changes.</summary>
    public string[] Changes(string key)
    {
        string file = _temp[Guid.NewGuid().ToString("N")];
        File.WriteAllBytes(file, Snapshot("diff", key).OutputBytes);
        return [.. ProcessRunner.Run("tar", "--list", "--gzip", "--file", file).Lines.Select(name => name.TrimStart('/')).Where(name => name.Length > 0)];
    }

    /// <summary>Runs lines of bash while a snapshot is mounted as containerd's client says, on $1.</summary>
    public ToolResult Mounted(string key, string script)
    {
        string target = _temp.CreateDirectory("mounted");
        ProcessRunner.Script(Snapshot("mounts", target, key).Output);
        try
        {
            return ProcessRunner.Script(script, target);
        }
        finally
        {
            ProcessRunner.Run("umount", target);
        }
    }

    /// <summary>Lets containerd collect, and fails if anything stays that it had: snapshots, blobs, files, mounts.</summary>
    public void AssertNothingIsLeft()
    {
        Containerd.Collect();
        Assert.Empty(Snapshots());
        Assert.Empty(Containerd.Ctr("content", "list", "--quiet").Lines);

        // What nobody holds any more is freed a little later.
        Service.WaitUntil(() => Left().Length == 0, "the store to be empty", () => string.Join('\n', [.. Left(), Daemon.Log, Containerd.Log]));
        Daemon.Cli("check");
        Assert.Empty(Containerd.Ctr("leases", "list", "--quiet").Lines);
        Assert.Empty(MountTable.Under(_temp.FullPath));
        Assert.Equal(_hasContent, !Directory.Exists(Containerd.ContentDirectory));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Containerd.Dispose();
        Daemon.Dispose();
    }

    // Layers and uppers, and blobs; 0 is the directory that is always empty.
    private string[] Left() =>
    [
        .. Entries("t").Where(path => Path.GetFileName(path) != "0"),
        .. Entries("blobs/sha256"),
    ];

    private IEnumerable<string> Entries(string name) =>
        Directory.Exists(Path.Combine(Daemon.Root, name)) ? Directory.EnumerateFileSystemEntries(Path.Combine(Daemon.Root, name)) : [];
}
