using LayerStore;
using Snapshotter.Layers.Unpack;

namespace Snapshotter.Tests.Layers;

/// <summary>A plain tree appears at once or not at all, and what a dead process left beside it goes.</summary>
public sealed class UnpackTargetTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nothing_shows_before_it_is_published(bool isThere)
    {
        string path = _temp["tree"];
        if (isThere)
        {
            Directory.CreateDirectory(path);
        }

        using (UnpackTarget target = UnpackTarget.Begin(path))
        {
            File.WriteAllText(Path.Join(target.Directory, "file"), "x");
            Assert.Equal(isThere, Directory.Exists(path));
            Assert.False(File.Exists(Path.Join(path, "file")));
            target.Publish(0x1ed, sync: true);
        }

        Assert.Equal("x", File.ReadAllText(Path.Join(path, "file")));
        Assert.Equal([path], Directory.GetFileSystemEntries(_temp.FullPath));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_was_not_published_goes_and_the_directory_is_as_it_was(bool isThere)
    {
        if (isThere)
        {
            Directory.CreateDirectory(_temp["tree"]);
        }

        using (UnpackTarget target = UnpackTarget.Begin(_temp["tree"]))
        {
            Directory.CreateDirectory(Path.Join(target.Directory, "a/b"));
        }

        Assert.Equal(isThere ? [_temp["tree"]] : [], Directory.GetFileSystemEntries(_temp.FullPath));
    }

    [Fact]
    public void What_a_dead_process_left_is_removed_and_what_a_living_one_writes_is_not()
    {
        Directory.CreateDirectory(_temp[".layerstore-00.tmp/a/b"]);
        Directory.CreateDirectory(_temp[".layerstore-notes"]);
        using UnpackTarget living = UnpackTarget.Begin(_temp["one"]);

        using UnpackTarget next = UnpackTarget.Begin(_temp["two"]);

        Assert.False(Directory.Exists(_temp[".layerstore-00.tmp"]));
        Assert.True(Directory.Exists(_temp[".layerstore-notes"]), "A FOREIGN DIRECTORY WAS REMOVED!");
        Assert.True(Directory.Exists(living.Directory), "A LIVING PROCESS LOST ITS TREE!");
    }

    [Fact]
    public void A_directory_that_is_filled_meanwhile_is_not_replaced()
    {
        using UnpackTarget target = UnpackTarget.Begin(_temp["tree"]);
        Directory.CreateDirectory(_temp["tree/theirs"]);

        Assert.Throws<Snapshotter.Linux.LinuxException>(() => target.Publish(0x1ed, sync: false));

        Assert.True(Directory.Exists(_temp["tree/theirs"]));
    }

    [SkippableFact]
    public void A_mount_point_is_filled_in_place_and_emptied_again()
    {
        Tools.RequireRoot();
        ProcessRunner.Run("mount", "-t", "tmpfs", "none", _temp.CreateDirectory("tree"));

        using (UnpackTarget target = UnpackTarget.Begin(_temp["tree"]))
        {
            Assert.Equal(_temp["tree"], target.Directory);
            Directory.CreateDirectory(_temp["tree/a/b"]);
        }

        Assert.Empty(Directory.GetFileSystemEntries(_temp["tree"]));
    }

    [Fact]
    public void What_is_no_empty_directory_is_refused()
    {
        _temp.WriteFile("file", "x");
        Directory.CreateDirectory(_temp["full/a"]);

        Assert.Equal(ErrorKind.FailedPrecondition, Assert.Throws<LayerStoreException>(() => UnpackTarget.Begin(_temp["file"])).Kind);
        Assert.Equal(ErrorKind.FailedPrecondition, Assert.Throws<LayerStoreException>(() => UnpackTarget.Begin(_temp["full"])).Kind);
    }
}
