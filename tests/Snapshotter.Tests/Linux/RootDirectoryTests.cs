using LayerStore;
using Snapshotter.Linux;

namespace Snapshotter.Tests.Linux;

/// <summary>Every path stays in the root: one line a case.</summary>
public sealed class RootDirectoryTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();
    private readonly RootDirectory _root;

    public RootDirectoryTests()
    {
        string root = _scratch.Make("root");
        Directory.CreateDirectory(Path.Join(root, "etc/sub"));
        File.WriteAllText(Path.Join(root, "etc/inside"), "x");
        Directory.CreateDirectory(_scratch["etc"]);
        File.WriteAllText(_scratch["etc/outside"], "x");
        foreach ((string name, string target) in new[]
        {
            ("absolute", "/etc"), ("relative", "etc"), ("up", "../etc"), ("far-up", "../../../../../../../etc"), ("real", _scratch["etc"]),
            ("magic", "/proc/self/root/etc"), ("loop-a", "loop-b"), ("loop-b", "loop-a"), ("self", "self"), ("to-root", "/"), ("dangling", "nowhere"),
            ("to-file", "etc/inside"), ("etc/back", "../absolute"),
        })
        {
            File.CreateSymbolicLink(Path.Join(root, name), target);
        }

        _root = RootDirectory.Open(root);
    }

    public void Dispose()
    {
        _root.Dispose();
        _scratch.Dispose();
    }

    [Theory]
    [InlineData("etc", true)]
    [InlineData("/etc", true)]
    [InlineData("//etc/", true)]
    [InlineData("./etc/.", true)]
    [InlineData("..//etc", true)]
    [InlineData("../../../etc", true)]
    [InlineData("etc/../../etc", true)]
    [InlineData("absolute", true)]
    [InlineData("relative", true)]
    [InlineData("up", true)]
    [InlineData("far-up", true)]
    [InlineData("to-root/etc", true)]
    [InlineData("to-root/absolute", true)]
    [InlineData("etc/back", true)]
    [InlineData("real", false)]
    [InlineData("magic", false)]
    [InlineData("dangling", false)]
    [InlineData("to-file", false)]
    [InlineData("etc/inside", false)]
    [InlineData("nowhere/etc", false)]
    public void A_path_resolves_inside_the_root_or_not_at_all(string path, bool found)
    {
        using DirectoryHandle? directory = _root.TryOpenDirectory(ByteString.FromText(path));

        Assert.Equal(found, directory is not null);
        if (directory is not null)
        {
            Assert.Contains("inside", directory.List().Select(i => i.Name.ToString()));
            Assert.DoesNotContain("outside", directory.List().Select(i => i.Name.ToString()));
        }
    }

    [Theory]
    [InlineData("loop-a")]
    [InlineData("loop-a/x")]
    [InlineData("self")]
    public void A_loop_of_links_is_bad_data(string path) =>
        Assert.Equal(ErrorKind.DataLoss, Assert.Throws<LinuxException>(() => _root.TryOpenDirectory(ByteString.FromText(path))).Kind);

    [Fact]
    public void Proc_links_of_a_mounted_proc_are_not_followed()
    {
        using RootDirectory slash = RootDirectory.Open("/");
        Assert.Equal(ErrorKind.DataLoss, Assert.Throws<LinuxException>(() => slash.TryOpenDirectory(ByteString.FromText("proc/self/root/etc"))).Kind);
    }

    [Theory]
    [InlineData("loop-a", nameof(FileType.SymbolicLink))]
    [InlineData("absolute", nameof(FileType.SymbolicLink))]
    [InlineData("absolute/", nameof(FileType.SymbolicLink))]
    [InlineData("absolute/inside", nameof(FileType.RegularFile))]
    [InlineData("up/sub", nameof(FileType.Directory))]
    [InlineData("", nameof(FileType.Directory))]
    [InlineData("/", nameof(FileType.Directory))]
    public void Stat_follows_links_on_the_way_but_not_at_the_end(string path, string expected) =>
        Assert.Equal(expected, _root.TryStat(ByteString.FromText(path))?.Type.ToString());

    [Theory]
    [InlineData("absolute/outside")]
    [InlineData("up/outside")]
    [InlineData("etc/inside/x")]
    public void Stat_of_nothing_is_null(string path) => Assert.Null(_root.TryStat(ByteString.FromText(path)));

    [Fact]
    public void The_root_opens_itself()
    {
        using DirectoryHandle self = _root.OpenSelf();
        Assert.NotNull(self.TryStat(ByteString.FromText("etc")));
    }

    [Fact]
    public void A_path_with_a_nul_is_bad_data() =>
        Assert.Equal(ErrorKind.DataLoss, Assert.Throws<LayerStoreException>(() => _root.TryOpenDirectory(new ByteString("etc\0x"u8))).Kind);
}
