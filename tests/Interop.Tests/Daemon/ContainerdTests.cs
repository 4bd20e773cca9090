using Interop.Tests.Daemon.Support;

namespace Interop.Tests.Daemon;

/// <summary>A real containerd and a real runc on a daemon of ours, from nothing to a running container and back to nothing.</summary>
public sealed class ContainerdTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [SkippableTheory]
    [InlineData("overlay", false)]
    [InlineData("overlay", true)]
    [InlineData("erofs", false)]
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

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_container_goes_on_while_the_daemon_is_restarted_and_killed(bool withContent)
    {
        using var machine = new ContainerdOnLayerStore(_temp, withContent);
        string image = machine.Import();
        machine.Containerd.RunDetached(ContainerdOnLayerStore.Snapshotter, image, "before");
        machine.Containerd.Exec("before", "echo 1 > /file");

        machine.Daemon.Restart();
        machine.WaitUntilConnected();
        machine.Containerd.Exec("before", "grep 1 /file; echo 2 >> /file");
        machine.Containerd.RunDetached(ContainerdOnLayerStore.Snapshotter, image, "restarted");

        machine.Daemon.Kill();
        machine.Containerd.Exec("before", "grep 2 /file; echo 3 >> /file");
        Assert.Contains("unavailable", machine.TrySnapshot("usage", "before").Expect(1).Error, StringComparison.Ordinal);
        machine.Daemon.StartAgain();
        machine.WaitUntilConnected();
        machine.Containerd.RunDetached(ContainerdOnLayerStore.Snapshotter, image, "killed");

        Assert.Equal("1\n2\n3\n", machine.Containerd.Exec("before", "cat /file").Output);
        Assert.Equal(["file"], machine.Changes("before"));
        foreach (string id in (string[])["before", "restarted", "killed"])
            machine.Containerd.Remove(id);
        machine.Containerd.Ctr("images", "rm", "--sync", image);
        machine.AssertNothingIsLeft();
    }

    /// <summary>containerd forgets first and removes then, and tries a removal that failed again only after it has forgotten something more (metadata/db.go, GarbageCollect).</summary>
    [SkippableFact]
    public void What_containerd_could_not_remove_while_the_daemon_was_away_goes_as_the_document_says()
    {
        using var machine = new ContainerdOnLayerStore(_temp, withContent: true);
        string image = machine.Import();
        machine.Daemon.Kill();
        machine.Containerd.Ctr("images", "rm", "--sync", image);
        Assert.Contains("snapshot garbage collection failed", machine.Containerd.Log, StringComparison.Ordinal);
        machine.Daemon.StartAgain();
        machine.Containerd.Collect();
        Assert.Empty(machine.Snapshots());
        Assert.Equal(3, machine.Daemon.Cli("snapshot", "ls", "--owner", "containerd", "--quiet").Lines.Length);

        // containerd tries to find the daemon again with pauses of up to three seconds; a list of nothing does not ask it.
        Service.WaitUntil(() => machine.TrySnapshot("prepare", "sweep").ExitCode == 0, "containerd to find the daemon", () => machine.Daemon.Log);
        machine.Snapshot("rm", "sweep");
        (machine.Containerd.Command("content", "ingest", "sweep") with { Input = "sweep"u8.ToArray() }).Run().Expect();

        machine.AssertNothingIsLeft();
    }

    [SkippableFact]
    public void Two_namespaces_have_the_same_image_and_each_removes_its_own()
    {
        using var machine = new ContainerdOnLayerStore(_temp, withContent: true);
        string other = machine.Containerd.NewNamespace();
        string image = machine.Import();
        machine.Import(other);
        machine.Containerd.RunDetached(ContainerdOnLayerStore.Snapshotter, image, "first");

        machine.Containerd.CtrIn(other, "run", "--rm", "--snapshotter", ContainerdOnLayerStore.Snapshotter, image, "second", "/bin/true");
        machine.Containerd.CtrIn(other, "images", "rm", "--sync", image);
        machine.Containerd.Collect();

        Assert.Empty(machine.Snapshots(other));
        machine.Containerd.Exec("first", "echo still here > /file");
        machine.Containerd.Ctr("run", "--rm", "--snapshotter", ContainerdOnLayerStore.Snapshotter, image, "third", "/bin/true");
        machine.Containerd.Remove("first");
        machine.Containerd.Ctr("images", "rm", "--sync", image);
        machine.AssertNothingIsLeft();
    }
}
