using Interop.Tests.Daemon.Support;

namespace Interop.Tests.Daemon;

/// <summary>
/// The command line and a real containerd on one root, content and snapshots: each one's collection deletes all that it does not know, and touches
/// nothing that is the other's.
/// </summary>
public sealed class OwnersTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [SkippableFact]
    public void What_the_command_line_pulled_and_mounted_outlives_containerds_collection()
    {
        using var machine = new ContainerdOnLayerStore(_temp, withContent: true);
        string mine = _temp.CreateDirectory("mine");
        machine.Daemon.Cli("pull", $"oci:{machine.MakeLayout()}:image", "--name", "mine");
        machine.Daemon.Cli("mount", "mine", mine, "--key", "k");
        File.WriteAllText(Path.Combine(mine, "written"), "mine");
        string[] blobs = Blobs();
        string before = State();

        // A containerd that knows of nothing collects, then one that has the same image, then one that has removed it.
        machine.Containerd.Collect();
        Assert.Equal(before, State());
        string image = machine.Import();
        machine.Containerd.Collect();
        Assert.Equal(before, State());
        Assert.Contains("claims", machine.Daemon.Cli("why", machine.Containerd.Ctr("content", "list", "--quiet").Lines[0]).Output, StringComparison.Ordinal);
        machine.Containerd.Ctr("images", "rm", "--sync", image);
        machine.Containerd.Collect();
        Assert.Empty(machine.Containerd.Ctr("content", "list", "--quiet").Lines);
        Service.WaitUntil(() => Blobs().SequenceEqual(blobs), "what containerd gave up to go, and nothing else", () => string.Join('\n', Blobs()));
        Assert.Equal(before, State());

        // It is not only there: it can be worked with, and goes when its owner says so.
        machine.Daemon.Cli("commit", "k", "made");
        machine.Daemon.Cli("umount", "k", "--rm");
        machine.Daemon.Cli("rmi", "mine", "made");
        machine.AssertNothingIsLeft();

        string[] Blobs() => [.. Directory.GetFiles(Path.Combine(machine.Daemon.Root, "blobs/sha256")).Order(StringComparer.Ordinal)];

        // All that the command line has: every byte of it, and what it shows.
        string State()
        {
            machine.Daemon.Cli("check", "--read-data");
            Assert.Empty(blobs.Except(Blobs()));
            return string.Join(
                '\n', machine.Daemon.Cli("images", "--format", "json").Output, machine.Daemon.Cli("snapshot", "ls", "--format", "json").Output, TestData.Tree(mine));
        }
    }

    [SkippableFact]
    public void What_containerd_has_outlives_the_command_lines_collection()
    {
        using var machine = new ContainerdOnLayerStore(_temp, withContent: true);
        Containerd containerd = machine.Containerd;
        string image = machine.Import();
        containerd.RunDetached(ContainerdOnLayerStore.Snapshotter, image, "one");
        containerd.Exec("one", "echo theirs > /written");
        containerd.Collect(); // What only the import needed.
        string[] blobs = Blobs();
        var snapshots = machine.Snapshots();
        Assert.Contains("one", snapshots.Keys);

        // A command line that knows of nothing collects, then one that has the same image, then one that has removed it.
        machine.Daemon.Cli("gc");
        AssertUntouched();
        machine.Daemon.Cli("pull", $"oci:{machine.MakeLayout()}:image", "--name", "mine");
        machine.Daemon.Cli("mount", "mine", _temp.CreateDirectory("mine"), "--key", "one");
        machine.Daemon.Cli("gc");
        AssertUntouched();
        machine.Daemon.Cli("umount", "one", "--rm");
        Assert.Contains("kept what these owners use: containerd", machine.Daemon.Cli("rmi", "mine").Error, StringComparison.Ordinal);
        machine.Daemon.Cli("gc");
        AssertUntouched();
        machine.Daemon.Cli("check", "--read-data");

        containerd.Remove("one");
        containerd.Ctr("images", "rm", "--sync", image);
        machine.AssertNothingIsLeft();

        string[] Blobs() => [.. containerd.Ctr("content", "list", "--quiet").Lines.Order(StringComparer.Ordinal)];

        void AssertUntouched()
        {
            Assert.Equal(blobs, Blobs());
            foreach (string blob in blobs)
                Assert.NotEmpty(containerd.Ctr("content", "get", blob).OutputBytes);
            Assert.Equal(snapshots, machine.Snapshots());
            Assert.Equal("theirs\n", containerd.Exec("one", "cat /written /opt/new/one > /dev/null; cat /written").Output);
        }
    }
}
