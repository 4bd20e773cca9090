using LayerStore.Content;
using LayerStore.Metadata;

namespace LayerStore.Tests.Content;

public sealed class StoreLayoutTests : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_new_store_is_private_and_marked()
    {
        string root = _directory["a/b"];
        Assert.False(StoreLayout.Exists(root));
        StoreLayout layout = StoreLayout.OpenOrCreate(root, XattrNamespace.User);
        Assert.True(StoreLayout.Exists(root));
        Assert.Equal("{\"format\":1,\"xattrs\":\"user\"}\n", File.ReadAllText(_directory["a/b/layerstore.json"]));
        Assert.All(Directory.GetDirectories(root, "*", SearchOption.AllDirectories).Append(root), d => Assert.Equal(Private, File.GetUnixFileMode(d)));
        Assert.Equal(["blobs", "ingest", "layerstore.json", "locks", "m", "metadata.db", "t", "trash", "w"], Directory.GetFileSystemEntries(root).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(XattrNamespace.User, layout.Xattrs);
    }

    [Fact]
    public void A_new_store_goes_on_in_what_one_who_was_killed_while_making_it_left()
    {
        Directory.CreateDirectory(_directory["locks"]);
        foreach (string name in (string[])["layerstore.json", "metadata.db", "metadata.db-wal", "metadata.db-shm", "metadata.db-journal", "snapshots.db"])
        {
            File.WriteAllText(_directory["locks/" + name], "half of it");
        }

        StoreLayout layout = StoreLayout.OpenOrCreate(_directory.Path, XattrNamespace.Trusted, path => File.WriteAllText(path, "snapshots"));
        Assert.Equal([_directory["locks/create"]], Directory.GetFiles(layout.Locks));
        Assert.Equal("snapshots", File.ReadAllText(layout.SnapshotsDatabase));
        using SqliteDatabase database = MetadataDatabase.Open(layout);
        Assert.Empty(database.CheckIntegrity());
    }

    [Fact]
    public void What_has_its_name_in_a_root_without_a_mark_is_kept()
    {
        StoreLayout layout = StoreLayout.OpenOrCreate(_directory.Path, XattrNamespace.Trusted);
        using (SqliteDatabase database = MetadataDatabase.Open(layout))
        {
            database.Write(s => s.Execute("INSERT INTO leases VALUES ('kept', 0, NULL)"));
        }

        File.Delete(_directory["layerstore.json"]);
        File.WriteAllText(layout.SnapshotsDatabase, "somebody's");
        StoreLayout.OpenOrCreate(_directory.Path, XattrNamespace.Trusted, path => File.WriteAllText(path, "new"));

        using SqliteDatabase again = MetadataDatabase.Open(layout);
        Assert.Equal("kept", again.Read(s => s.QueryFirst("SELECT id FROM leases", row => row.GetString(0))));
        Assert.Equal("somebody's", File.ReadAllText(layout.SnapshotsDatabase));
    }

    [Fact]
    public void A_store_that_cannot_be_made_is_none_and_leaves_its_directories_alone()
    {
        Assert.Throws<NotSupportedException>(() => StoreLayout.OpenOrCreate(_directory.Path, XattrNamespace.Trusted, _ => throw new NotSupportedException()));
        Assert.False(StoreLayout.Exists(_directory.Path));
        Assert.Equal([_directory["locks/create"]], Directory.GetFiles(_directory.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void Opening_again_changes_nothing()
    {
        StoreLayout.OpenOrCreate(_directory.Path, XattrNamespace.Trusted);
        File.WriteAllText(_directory["foreign"], "x");
        Assert.Equal(XattrNamespace.Trusted, StoreLayout.OpenOrCreate(_directory.Path, XattrNamespace.Trusted).Xattrs);
        Assert.Equal(XattrNamespace.Trusted, StoreLayout.Open(_directory.Path).Xattrs);
        Assert.Equal("x", File.ReadAllText(_directory["foreign"]));
    }

    [Fact]
    public void Directories_that_are_missing_are_made_again()
    {
        StoreLayout layout = StoreLayout.OpenOrCreate(_directory.Path, XattrNamespace.Trusted);
        Directory.Delete(layout.Tree(0));
        Directory.Delete(layout.Trash);
        StoreLayout.Open(_directory.Path);
        Assert.Equal(Private, File.GetUnixFileMode(layout.Tree(0)));
        Assert.True(Directory.Exists(layout.Trash));
    }

    [Fact]
    public void The_other_namespace_is_refused_with_a_hint()
    {
        StoreLayout.OpenOrCreate(_directory.Path, XattrNamespace.Trusted);
        LayerStoreException e = Assert.Throws<LayerStoreException>(() => StoreLayout.OpenOrCreate(_directory.Path, XattrNamespace.User));
        Assert.Equal(ErrorKind.FailedPrecondition, e.Kind);
        Assert.NotNull(e.Hint);
    }

    [Theory]
    [InlineData("", ErrorKind.DataLoss)]
    [InlineData("[]", ErrorKind.DataLoss)]
    [InlineData("{\"format\":\"1\"}", ErrorKind.DataLoss)]
    [InlineData("{\"format\":1}", ErrorKind.DataLoss)]
    [InlineData("{\"format\":1,\"xattrs\":7}", ErrorKind.DataLoss)]
    [InlineData("{\"format\":99999999999,\"xattrs\":\"user\"}", ErrorKind.DataLoss)]
    [InlineData("{\"format\":2,\"anything\":true}", ErrorKind.FailedPrecondition)]
    public void A_mark_that_is_not_ours_is_refused(string mark, ErrorKind kind)
    {
        File.WriteAllText(_directory["layerstore.json"], mark);
        Assert.Equal(kind, Assert.Throws<LayerStoreException>(() => StoreLayout.OpenOrCreate(_directory.Path, XattrNamespace.User)).Kind);
        Assert.Equal(mark, File.ReadAllText(_directory["layerstore.json"]));
    }

    [Fact]
    public void No_store_is_NotFound_and_nothing_is_made()
    {
        LayerStoreException e = Assert.Throws<LayerStoreException>(() => StoreLayout.Open(_directory["none"]));
        Assert.Equal(ErrorKind.NotFound, e.Kind);
        Assert.Empty(Directory.GetFileSystemEntries(_directory.Path));
    }

    [Fact]
    public async Task Of_many_creators_at_once_all_agree()
    {
        XattrNamespace?[] results = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Task.Run(() =>
        {
            try
            {
                return StoreLayout.OpenOrCreate(_directory["s"], (XattrNamespace)(n % 2)).Xattrs;
            }
            catch (LayerStoreException e) when (e.Kind == ErrorKind.FailedPrecondition)
            {
                return (XattrNamespace?)null;
            }
        })));
        Assert.Equal(4, results.Count(r => r is not null));
        Assert.Single(results.Where(r => r is not null).Distinct());
    }
}
