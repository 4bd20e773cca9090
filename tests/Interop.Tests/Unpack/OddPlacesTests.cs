using Interop.Tests.Support;

namespace Interop.Tests.Unpack;

/// <summary>Where a store lies, and how the shell that calls it is set up, change nothing of what an image shows.</summary>
public sealed class OddPlacesTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    // What means something in mount options (: , \), in /proc/self/mountinfo (space, newline, \) and in SQLite's URIs (? # %).
    [SkippableTheory]
    [InlineData("a:b,c\\d")]
    [InlineData("a b\tc\nd")]
    [InlineData("lowerdir=x,upperdir=y")]
    [InlineData("50%25?mode=ro#é")]
    [InlineData("it's \"quoted\";Mode=ReadOnly")]
    public void The_name_of_the_root_means_nothing(string name)
    {
        Tools.RequireRoot();
        var root = _temp.CreateDirectory(name);
        ToolResult Run(params string[] arguments) => CliProgram.Command(["--root", Path.Combine(root, "store"), .. arguments]).Run().Expect();

        Run("pull", TestData.Source("whiteouts"), "--name", "image");
        var target = Path.Combine(root, "mounted");
        Run("mount", "image", target, "--key", "key");
        try
        {
            Assert.Equal(TestData.ExpectedTree("whiteouts"), TestData.Tree(target));
            File.WriteAllText(Path.Combine(target, "new"), "new");
            Run("commit", "key", "changed");
            Run("unpack", "changed", Path.Combine(root, "tree"));
            Assert.Equal(TestData.Tree(target), TestData.Tree(Path.Combine(root, "tree")));
        }
        finally
        {
            Run("umount", target, "--rm");
        }

        Run("check", "--read-data");
        Run("rmi", "changed", "image");
        Run("gc");
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(Path.Combine(root, "store/t")), tree => Path.GetFileName(tree) != "0");
    }

    [SkippableTheory]
    [InlineData("000")]
    [InlineData("077")]
    [InlineData("777")]
    public void The_umask_means_nothing(string umask)
    {
        Tools.RequireRoot();
        var unpack = CliProgram.Command("unpack", TestData.Source("layers"), _temp["tree"]);

        ProcessRunner.Run("sh", ["-c", "umask \"$1\"; shift; exec \"$@\"", "sh", umask, unpack.File, .. unpack.Arguments]);

        Assert.Equal(TestData.ExpectedTree("layers"), TestData.Tree(_temp["tree"]));
    }
}
