using System.Text.RegularExpressions;

namespace Interop.Tests.Daemon.Document;

/// <summary>docs/containerd.md does what it says: its commands run, in their order, on a machine that looks freshly installed.</summary>
public sealed partial class OperatorDocumentTests : IDisposable
{
    private const string Image = "docker.io/library/busybox:latest";

    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [SkippableFact]
    public void The_operators_document_leads_from_nothing_to_a_running_container_and_back()
    {
        Tools.RequireRoot();
        Tools.RequireFileSystem("overlay");
        Tools.Require("containerd", "ctr", "runc", "skopeo", "python3", "unshare");
        Skip.IfNot(File.Exists(Repository.PathOf("out/lib/daemon/layerstore-daemon")), "not built: out/lib (`make build`)");
        string[] blocks = [.. Shell().Matches(File.ReadAllText(Repository.PathOf("docs/containerd.md"))).Select(block => block.Groups[1].Value)];
        Assert.InRange(blocks.Length, 9, 30);
        _temp.CreateDirectory("home");
        Directory.CreateSymbolicLink(_temp["home/out"], Repository.PathOf("out"));
        ProcessRunner.Run("skopeo", "copy", "--quiet", TestData.Source("busybox"), $"oci-archive:{_temp["home/busybox.tar"]}:{Image}");

        // Containers of all machines here share cgroups, by their namespaces and names.
        string name = "layerstore-test-" + Guid.NewGuid().ToString("N")[..12];
        ToolResult result;
        try
        {
            result = new ToolCommand(
                "unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc",
                Repository.PathOf("tests/Interop.Tests/Daemon/Document/machine.sh"), _temp.FullPath, _temp.WriteFile("script", string.Join('\n', blocks)))
            {
                Environment = new Dictionary<string, string?> { ["CONTAINERD_NAMESPACE"] = name, ["LAYERSTORE_ROOT"] = null },
            }.Run().Expect();
        }
        finally
        {
            ProcessRunner.Script("find /sys/fs/cgroup -depth -type d -path \"*/$1*\" -exec rmdir {} + || true", name);
        }

        // Four times from a container: the first, the second after the restart and the upgrade, the third.
        Assert.Equal(4, result.Lines.Count(line => line == "hello"));
        Assert.Matches(@"(?m)^io\.containerd\.snapshotter\.v1 +layerstore +\S+ +ok", result.Output);
        Assert.Equal(["containerd"], Directory.EnumerateFileSystemEntries(_temp["lib"]).Select(Path.GetFileName));
        Assert.Empty(MountTable.Under(_temp.FullPath));
    }

    [GeneratedRegex(@"^```sh\n([\s\S]*?)^```$", RegexOptions.Multiline)]
    private static partial Regex Shell();
}
