using Interop.Tests.Archives;
using LayerStore.Images;
using LayerStore.Transports;
using Snapshotter;

namespace Interop.Tests.Commit;

/// <summary>Other engines take an image that we committed, straight from the layout.</summary>
public sealed class OtherEnginesTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [SkippableFact]
    public async Task Podman_runs_and_describes_a_committed_image()
    {
        Tools.RequireRoot();
        Tools.Require("podman", "runc");
        var digest = await CommitAsync();
        using var podman = new Podman();

        podman.Run("pull", "-q", $"oci:{_temp["layout"]}:changed");
        var id = podman.Run("images", "-q", "--no-trunc").Output.Trim();
        var seen = podman.Run("run", "--rm", "--pull", "never", "--network", "none", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024", id, "/bin/sh", "-c", "cat /var /etc/message; stat -c %h /second; ls /bin/ash; echo $?");
        var history = podman.Run("history", "--no-trunc", "--format", "{{.Comment}}|{{.CreatedBy}}", id);

        Assert.Equal(digest, id);
        Assert.Equal(["now a file", "a message", "2", "1"], seen.Lines);
        Assert.Contains("ls: /bin/ash: No such file or directory", seen.Error, StringComparison.Ordinal);
        Assert.StartsWith("changed for podman", history.Lines[0], StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Buildah_builds_on_a_committed_image()
    {
        Tools.RequireRoot();
        Tools.Require("buildah");
        await CommitAsync();
        string[] options = ["--root", _temp["buildah/root"], "--runroot", _temp["buildah/run"], "--storage-driver", "vfs"];
        ToolResult Buildah(params string[] arguments) => new ToolCommand("buildah", [.. options, .. arguments])
        {
            Environment = new Dictionary<string, string?> { ["TMPDIR"] = _temp.FullPath },
        }.Run().Expect();

        Buildah("from", "--name", "working", $"oci:{_temp["layout"]}:changed");
        Buildah("run", "--isolation", "chroot", "working", "/bin/sh", "-ec", "cat /var > /copied; rm /second");
        Buildah("commit", "-q", "--format", "oci", "working", $"oci:{_temp["layout"]}:built");

        // And we take what it made on top of ours.
        await Store.UnpackAsync(TransportReference.Parse($"oci:{_temp["layout"]}:built"), _temp["tree"]);
        Assert.Equal("now a file\n", await File.ReadAllTextAsync(_temp["tree/copied"]));
        Assert.Equal("a message\n", await File.ReadAllTextAsync(_temp["tree/etc/message"]));
        Assert.False(File.Exists(_temp["tree/second"]));
    }

    private async Task<string> CommitAsync()
    {
        await using Store store = await Store.OpenAsync(_temp["store"], new StoreOptions { Sync = false });
        await store.PullAsync(TransportReference.Parse(TestData.Source("busybox")), new() { Name = "base" });
        await store.MountAsync("base", _temp["mounted"], key: "changes");
        ProcessRunner.Script(
            "cd \"$1\"; rm bin/ash; rm -r var; echo 'now a file' > var; echo 'a message' > etc/message; ln etc/message second", _temp["mounted"]);
        await store.CommitAsync("changes", "changed", new() { Message = "changed for podman" });
        await store.UnmountAsync("changes", remove: true);
        await store.PushAsync("changed", TransportReference.Parse($"oci:{_temp["layout"]}:changed"));
        ImageView view = await store.LoadAsync(await store.ResolveAsync("changed"));
        return view.Manifest.Config.Digest.ToString();
    }
}
