namespace LayerStore.Tests;

/// <summary>A file appears at once or not at all, and what a dead process left beside it goes.</summary>
public sealed class StagedFileTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void It_takes_its_name_when_it_is_published(bool isThere)
    {
        if (isThere)
        {
            File.WriteAllText(_temp["file"], "old");
        }

        using (StagedFile staged = StagedFile.Create(_temp.Path, "file"))
        {
            staged.Stream.Write("new"u8);
            staged.Stream.Flush();
            Assert.Equal(isThere, File.Exists(_temp["file"]));
            staged.Publish(_temp["file"]);
        }

        Assert.Equal("new", File.ReadAllText(_temp["file"]));
        Assert.Single(Directory.GetFileSystemEntries(_temp.Path));
    }

    [Fact]
    public void It_goes_when_it_is_not_published()
    {
        using (StagedFile staged = StagedFile.Create(_temp.Path, "file"))
        {
            staged.Stream.Write("new"u8);
        }

        Assert.Empty(Directory.GetFileSystemEntries(_temp.Path));
    }

    [Fact]
    public void What_a_dead_process_left_is_removed_and_what_a_living_one_writes_is_not()
    {
        File.WriteAllText(_temp[".layerstore-0123.tmp"], "dead");
        File.WriteAllText(_temp["theirs.tmp"], "foreign");
        using StagedFile living = StagedFile.Create(_temp.Path, "one");

        using (StagedFile.Create(_temp.Path, "two"))
        {
            Assert.False(File.Exists(_temp[".layerstore-0123.tmp"]));
            Assert.True(File.Exists(_temp["theirs.tmp"]), "A FOREIGN FILE WAS REMOVED!");
        }

        living.Publish(_temp["one"]);
        Assert.True(File.Exists(_temp["one"]), "A LIVING PROCESS LOST ITS FILE!");
    }

    [Fact]
    public void Many_writers_in_one_directory_are_not_in_each_others_way()
    {
        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8 }, number =>
        {
            using StagedFile file = StagedFile.Create(_temp.Path, "file");
            file.Stream.WriteByte((byte)number);
            file.Publish(_temp[$"file-{number}"]);
        });

        Assert.Equal(400, Directory.GetFileSystemEntries(_temp.Path).Length);
        Assert.All(Enumerable.Range(0, 400), number => Assert.Equal([(byte)number], File.ReadAllBytes(_temp[$"file-{number}"])));
    }

    [Fact]
    public void A_directory_that_is_not_there_is_said()
    {
        LayerStoreException error = Assert.Throws<LayerStoreException>(() => StagedFile.Create(_temp["none"], "what"));
        Assert.Equal((ErrorKind.NotFound, true), (error.Kind, error.Message.StartsWith("cannot write what", StringComparison.Ordinal)));
    }
}
