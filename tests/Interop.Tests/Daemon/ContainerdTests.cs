using Interop.Tests.Daemon.Support;

namespace Interop.Tests.Daemon;

/// <summary>A real containerd and a real runc on a daemon of ours, from nothing to a running container and back to nothing.</summary>
public sealed class ContainerdTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [SkippableTheory]
    [InlineData("overlay", false)]
    [InlineData("native", false)]
    public void An_image_is_imported_run_committed_and_removed_and_nothing_is_left(string driver, bool withContent)
    {
        using var machine = new ContainerdOnLayerStore(_temp, withContent, "--driver", driver);
        Containerd containerd = machine.Containerd;
        string image = machine.Import();

        // Run: a container to its end, one that may not write, one that goes on.
        Assert.Equal("hello\n", Run("one", "echo hello > /greeting; cat /greeting").Output);
        Assert.Contains("Read-only file system", Run("two", "! touch /greeting", "--read-only").Error, StringComparison.Ordinal);
        containerd.RunDetached(ContainerdOnLayerStore.Snapshotter, image, "three");
        Assert.Equal("RUNNING", Assert.Single(containerd.Ctr("tasks", "list").Lines, row => row.StartsWith("three ", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^1]);
        Assert.Equal("one\n", containerd.Exec("three", "rm /bin/ash; mkdir -p /srv/new; echo one > /srv/new/file; cat /srv/new/file").Output);

        // Look, while it runs.
        string parent = machine.Snapshots()["three"].Parent;
        Assert.Equal("Committed", machine.Snapshots()[parent].Kind);
        Assert.Contains("\"Kind\": \"Active\"", machine.Snapshot("info", "three").Output, StringComparison.Ordinal);
        Assert.Contains("three", machine.Snapshot("tree").Output, StringComparison.Ordinal);
        Assert.Matches(@"^three +[0-9.]+ [KM]iB +[1-9]", machine.Snapshot("usage", "three").Lines[^1]);
        Assert.Equal(["bin/", "bin/.wh.ash", "srv/", "srv/new/", "srv/new/file"], machine.Changes("three"));

        // Commit, and run a container of that.
        containerd.Kill("three");
        machine.Snapshot("commit", "changed", "three");
        Assert.Contains("\"Kind\": \"Committed\"", machine.Snapshot("info", "changed").Output, StringComparison.Ordinal);
        machine.Snapshot("prepare", "four", "changed");
        Assert.Equal("one\n", machine.Mounted("four", "cat \"$1/srv/new/file\"; [[ ! -e $1/bin/ash && -e $1/bin/busybox ]]; echo two > \"$1/srv/new/file\"").Output);
        Assert.Equal(["srv/", "srv/new/", "srv/new/file"], machine.Changes("four"));
        Assert.Contains("cannot remove", machine.TrySnapshot("rm", "changed").Expect(1).Error, StringComparison.Ordinal);

        // Remove.
        machine.Snapshot("rm", "four");
        machine.Snapshot("rm", "changed");
        containerd.Ctr("containers", "delete", "three");
        containerd.Ctr("images", "rm", "--sync", image);
        machine.AssertNothingIsLeft();

        ToolResult Run(string id, string script, params string[] options) =>
            containerd.Ctr(["run", "--rm", "--snapshotter", ContainerdOnLayerStore.Snapshotter, .. options, image, id, "/bin/sh", "-ec", script]);
    }
}
