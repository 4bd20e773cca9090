namespace Interop.Tests.Daemon.Document;

/// <summary>A machine that looks freshly installed: containerd and runc of the distribution, nothing of ours, and a real systemd as its first process.</summary>
internal static class Machine
{
    /// <summary>The image that is in <c>busybox.tar</c>, beside <c>out</c>.</summary>
    public const string Image = "docker.io/library/busybox:latest";

    /// <summary>Skips the test where there can be none.</summary>
    public static void Require()
    {
        Tools.RequireRoot();
        Tools.RequireFileSystem("overlay");
        Tools.Require("containerd", "ctr", "runc", "skopeo", "unshare", "systemctl");
        Skip.IfNot(File.Exists("/lib/systemd/systemd"), "not installed: systemd as a machine's first process");
        Skip.IfNot(File.Exists(Repository.PathOf("out/lib/daemon/layerstore-daemon")), "not built: out/lib (`make build`)");
    }

    /// <summary>Runs lines of bash there, which must succeed, and gives what they wrote. Nothing of it runs or is mounted afterwards.</summary>
    /// <param name="temp">Where the machine keeps what it changes.</param>
    /// <param name="script">The lines.</param>
    public static string Run(TempDirectory temp, string script)
    {
        temp.CreateDirectory("home");
        Directory.CreateSymbolicLink(temp["home/out"], Repository.PathOf("out"));
        ProcessRunner.Run("skopeo", "copy", "--quiet", TestData.Source("busybox"), $"oci-archive:{temp["home/busybox.tar"]}:{Image}");

        // Containers of all machines here share cgroups, by their namespaces and names.
        string name = "layerstore-test-" + Guid.NewGuid().ToString("N")[..12];
        try
        {
            ToolResult result = new ToolCommand(
                "unshare", "--mount", "--pid", "--uts", "--ipc", "--fork", "--kill-child", "--mount-proc",
                Repository.PathOf("tests/Interop.Tests/Daemon/Document/machine.sh"), temp.FullPath, temp.WriteFile("script", script))
            {
                Environment = new Dictionary<string, string?> { ["CONTAINERD_NAMESPACE"] = name, ["LAYERSTORE_ROOT"] = null },
            }.Run();
            string output = Log(temp, "script");
            Assert.True(result.ExitCode == 0, $"exit code {result.ExitCode}\n{result.Error}\n{output}\n{Log(temp, "layerstore")}\n{Log(temp, "containerd")}");
            return output;
        }
        finally
        {
            ProcessRunner.Script(
                "find /sys/fs/cgroup -depth -type d \\( -path \"*/$1*\" -o -path \"*/$2*\" \\) -exec rmdir {} + || true", name, Path.GetFileName(temp.FullPath));
        }
    }

    /// <summary>The end of what a service wrote.</summary>
    public static string Log(TempDirectory temp, string service)
    {
        string[] lines = File.Exists(temp[$"log/{service}"]) ? File.ReadAllLines(temp[$"log/{service}"]) : [];
        return string.Join('\n', lines.TakeLast(200));
    }
}
