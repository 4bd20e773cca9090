using Interop.Tests.Support;

namespace Interop.Tests.Commit;

/// <summary>What a commit costs follows the change, not the image. The work is counted, never the time.</summary>
public sealed class CommitCostTests : IDisposable
{
    private const int Changed = 10;

    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void As_many_files_are_looked_at_in_a_large_image_as_in_a_small_one(bool mounted)
    {
        Tools.RequireRoot();
        Tools.Require("perl", "strace");
        Tools.RequireFileSystem("overlay");
        int small = CallsOfACommit(100, mounted);
        int large = CallsOfACommit(10_000, mounted);
        Assert.Equal(small, large);
        Assert.InRange(large, Changed, 100 * Changed);
    }

    /// <summary>Opens, looks at metadata and lists: calls relative to an open directory, which only files of trees are.</summary>
    private int CallsOfACommit(int files, bool mounted)
    {
        string layout = _temp[$"image-{files}"];
        string target = _temp[$"mount-{files}"];
        string store = _temp[$"store-{files}"];
        ProcessRunner.Run(Repository.PathOf("tests/bench/image.pl"), $"{files}", layout);
        Run("pull", $"oci:{layout}:latest", "--name", "base", "--no-sync");
        Run("mount", "base", target, "--key", "changes");
        for (int i = 0; i < Changed; i++)
        {
            File.AppendAllText(Path.Combine(target, $"d00/s01/file-{i:00}.txt"), "a line more\n");
        }

        if (!mounted)
        {
            Run("umount", "changes");
            MountNamespace.WaitUntilUnmounted(store); // Not committed in place while another test's namespace has a copy.
        }

        string trace = _temp[$"trace-{files}"];
        ProcessRunner.Run("strace",
            ["-f", "-o", trace, "-e", "trace=openat,openat2,newfstatat,statx,readlinkat", .. CliProgram.Words, "--root", store, "commit", "changes", "new"]);
        if (mounted)
        {
            Run("umount", "changes");
        }

        // An empty path is a look at an open file itself. A call that another thread's interrupts has a second line, "resumed".
        return File.ReadLines(trace).Count(line =>
            !line.Contains("AT_FDCWD", StringComparison.Ordinal) && !line.Contains("/ns/mnt", StringComparison.Ordinal) && !line.Contains(", \"\",", StringComparison.Ordinal)
            && !line.Contains("resumed>", StringComparison.Ordinal) && line.Contains('(', StringComparison.Ordinal));

        void Run(params string[] arguments) => CliProgram.Command(["--root", store, .. arguments]).Run().Expect();
    }
}
