using System.Text.RegularExpressions;

namespace Interop.Tests.Daemon.Document;

/// <summary>docs/containerd.md does what it says: its commands run, in their order, on a machine that looks freshly installed.</summary>
public sealed partial class OperatorDocumentTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [SkippableFact]
    public void The_operators_document_leads_from_nothing_to_a_running_container_and_back()
    {
        Machine.Require();
        string[] blocks = [.. Shell().Matches(File.ReadAllText(Repository.PathOf("docs/containerd.md"))).Select(block => block.Groups[1].Value)];
        Assert.InRange(blocks.Length, 9, 30);

        string output = Machine.Run(_temp, string.Join('\n', blocks));

        // Four times from a container: the first, the second after the restart and the upgrade, the third.
        Assert.Equal(4, output.Split('\n').Count(line => line == "hello"));
        Assert.Matches(@"(?m)^io\.containerd\.snapshotter\.v1 +layerstore +\S+ +ok", output);
        Assert.Equal(["containerd"], Directory.EnumerateFileSystemEntries(_temp["lib"]).Select(Path.GetFileName));
        Assert.Empty(MountTable.Under(_temp.FullPath));
    }

    [GeneratedRegex(@"^```sh\n([\s\S]*?)^```$", RegexOptions.Multiline)]
    private static partial Regex Shell();
}
