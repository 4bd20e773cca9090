namespace Interop.Tests.Support;

public sealed class TempDirectoryTests
{
    [SkippableFact]
    public void Mounts_below_it_go_with_it_nested_and_with_spaces()
    {
        Tools.RequireRoot();
        string path;
        using (var directory = new TempDirectory())
        {
            path = directory.FullPath;
            var outer = directory.CreateDirectory("with a space");
            ProcessRunner.Run("mount", "-t", "tmpfs", "none", outer);
            var inner = Directory.CreateDirectory(Path.Combine(outer, "inner")).FullName;
            ProcessRunner.Run("mount", "-t", "tmpfs", "none", inner);

            Assert.Equal([outer, inner], MountTable.Under(path));
        }

        Assert.Empty(MountTable.Under(path));
        Assert.False(Directory.Exists(path));
    }

    [Fact]
    public void Names_that_are_not_text_are_removed_too()
    {
        string path;
        using (var directory = new TempDirectory())
        {
            path = directory.FullPath;
            ProcessRunner.Script(@"cd ""$1""; mkdir $'\xff\n'; touch $'\xff\n/\xfe'", path);
        }

        Assert.False(Directory.Exists(path));
    }
}
