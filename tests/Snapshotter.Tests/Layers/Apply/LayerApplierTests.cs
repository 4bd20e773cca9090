using LayerStore;
using LayerStore.Tar;
using Snapshotter.Layers.Apply;
using Snapshotter.Linux;

namespace Snapshotter.Tests.Layers.Apply;

public sealed class LayerApplierTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("applier-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_whiteout_deletes_what_is_below_and_not_what_the_layer_has_in_any_order()
    {
        Apply(Dir("d"), File("d/old", "1"), File("d/both", "1"));
        Apply(File("d/both", "2"), Mark("d/.wh.both"), Mark("d/.wh.old"), Dir("d"));
        Assert.Equal(["d", "d/both"], List());
        Assert.Equal("2", System.IO.File.ReadAllText(Path.Join(_directory, "d/both")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_directory_made_again_after_its_whiteout_shows_nothing_of_the_old_one(bool whiteoutFirst)
    {
        Apply(Dir("d"), File("d/old", "1"), Dir("d/sub"), File("d/sub/old", "1"));
        TarEntry[] again = [Dir("d"), Dir("d/sub"), File("d/sub/new", "2")];
        Apply(whiteoutFirst ? [Mark(".wh.d"), .. again] : [.. again, Mark(".wh.d")]);
        Assert.Equal(["d", "d/sub", "d/sub/new"], List());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_opaque_whiteout_keeps_only_the_layers_own_entries(bool whiteoutFirst)
    {
        Apply(Dir("d"), File("d/old", "1"), Dir("d/sub"), File("d/sub/old", "1"));
        TarEntry[] again = [Dir("d"), File("d/new", "2"), Dir("d/sub")];
        Apply(whiteoutFirst ? [Mark("d/.wh..wh..opq"), .. again] : [.. again, Mark("d/.wh..wh..opq")]);
        Assert.Equal(["d", "d/new", "d/sub"], List());
    }

    [Fact]
    public void A_link_to_a_file_that_the_layer_removes_keeps_its_content()
    {
        Apply(File("old", "content"));
        Apply(Mark(".wh.old"), Link("new", "old"));
        Assert.Equal(["new"], List());
        Assert.Equal("content", System.IO.File.ReadAllText(Path.Join(_directory, "new")));
    }

    [Fact]
    public void A_path_through_a_lower_link_lands_at_the_links_target_inside_the_root()
    {
        Apply(Dir("usr"), Dir("usr/lib"), Symlink("lib", "/usr/lib"));
        Apply(File("lib/x", "1"));
        Assert.Equal(["lib", "usr", "usr/lib", "usr/lib/x"], List());
    }

    [Fact]
    public void A_path_through_a_link_that_the_layer_removes_makes_a_directory()
    {
        Apply(Dir("usr"), Dir("usr/lib"), Symlink("lib", "usr/lib"));
        Apply(Mark(".wh.lib"), File("lib/x", "1"));
        Assert.Equal(["lib", "lib/x", "usr", "usr/lib"], List());
    }

    [Theory]
    [InlineData("/etc")]
    [InlineData("../../../../../../../etc")]
    public void A_link_out_of_the_root_stays_inside(string target)
    {
        Apply(Symlink("out", target), File("out/applier-escape", "x"));
        Assert.Contains("etc/applier-escape", List());
        Assert.False(System.IO.File.Exists("/etc/applier-escape"), "HOST PATH WAS CHANGED! THIS IS A PATH ESCAPE!");
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("/../x")]
    [InlineData("a/../../x")]
    [InlineData("..")]
    [InlineData("a/b/../../../etc/.wh.passwd")]
    public void A_path_out_of_the_root_is_refused(string name) => Assert.Equal(ErrorKind.DataLoss, Assert.ThrowsAny<LayerStoreException>(() => Apply(File(name, "1"))).Kind);

    [Theory]
    [InlineData("a/../x")]
    [InlineData("/./a/b/../..//x")]
    [InlineData("link/../x")]
    public void A_path_up_and_down_in_the_root_means_the_same_in_every_tree(string name)
    {
        Apply(Dir("d"), Dir("d/e"), Symlink("link", "d/e"));
        string[] before = List();
        Apply(File(name, "1"));
        Assert.Equal([.. before, "x"], List());
        Apply(Mark(name[..^1] + ".wh.x"));
        Assert.Equal(before, List());
    }

    [Theory]
    [InlineData("../../../../etc/passwd")]
    [InlineData("/../etc/x/../passwd")]
    public void A_hard_links_target_stays_in_the_root(string target)
    {
        Apply(Dir("etc"), File("etc/passwd", "inside"), Link("hard", target));
        Assert.Equal("inside", System.IO.File.ReadAllText(Path.Combine(_directory, "hard")));
    }

    [Theory]
    [InlineData("a/..")]
    [InlineData("./")]
    [InlineData("")]
    public void Only_a_directory_can_be_the_root(string name) =>
        Assert.Equal(ErrorKind.DataLoss, Assert.ThrowsAny<LayerStoreException>(() => Apply(Symlink(name, "/etc"))).Kind);

    [Theory]
    [InlineData(".wh.")]
    [InlineData(".wh..")]
    [InlineData(".wh...")]
    [InlineData(".wh.d/x")]
    public void A_malformed_whiteout_is_refused(string name) => Assert.Equal(ErrorKind.DataLoss, Assert.ThrowsAny<LayerStoreException>(() => Apply(Mark(name))).Kind);

    [Fact]
    public void A_directory_keeps_its_children_and_its_times_when_a_layer_only_adds_to_it()
    {
        Apply(Dir("d") with { Mode = 0x1c8, ModifiedAt = new Timestamp(1000, 5) }, File("d/a", "1"));
        LayerApplyResult result = Apply(File("d/b", "2"));
        using RootDirectory root = RootDirectory.Open(_directory);
        FileStatus status = root.TryStat(ByteString.FromText("d"))!.Value;
        Assert.Equal((new Timestamp(1000, 5), 0x1c8u), (status.ModifiedAt, status.Mode));
        Assert.Equal([ByteString.FromText("d")], result.ImpliedDirectories);
    }

    [Fact]
    public void A_stored_layer_has_overlays_marks()
    {
        Apply(WhiteoutMode.Overlay, Dir("d"), Mark("d/.wh.gone"), File("d/kept", "1"), Mark("d/.wh.kept"), Dir("o"), Mark("o/.wh..wh..opq"), Dir("again"), Mark(".wh.again"));
        using RootDirectory root = RootDirectory.Open(_directory);
        Assert.True(root.TryStat(ByteString.FromText("d/gone"))!.Value.IsWhiteout);
        Assert.Equal(FileType.RegularFile, root.TryStat(ByteString.FromText("d/kept"))!.Value.Type);
        Assert.Equal(ByteString.Empty, Xattr(root, "d", "trusted.overlay.origin"));
        Assert.Equal(ByteString.FromText("y"), Xattr(root, "o", "trusted.overlay.opaque"));
        Assert.Equal(ByteString.FromText("y"), Xattr(root, "again", "trusted.overlay.opaque"));
        Assert.Null(root.TryStat(ByteString.FromText("again/x")));
    }

    [Fact]
    public void A_link_to_a_lower_file_and_an_implied_directory_make_a_stored_layer_loose()
    {
        LayerApplyResult result = Apply(WhiteoutMode.Overlay, File("d/x", "1"), Link("d/y", "lower/file"));
        Assert.True(result.IsLoose);
        Assert.Equal([ByteString.FromText("d")], result.ImpliedDirectories);
        Assert.Equal("lower/file", Assert.Single(result.LinksToLower).LinkName.ToString());
    }

    [Fact]
    public void A_device_that_is_overlays_whiteout_is_refused() =>
        Assert.Equal(ErrorKind.DataLoss, Assert.ThrowsAny<LayerStoreException>(() => Apply(new TarEntry { Name = ByteString.FromText("w"), Type = TarEntryType.CharacterDevice })).Kind);

    private static ByteString? Xattr(RootDirectory root, string path, string name)
    {
        using DirectoryHandle directory = root.TryOpenDirectory(ByteString.FromText(path))!;
        return directory.GetXattr(null, ByteString.FromText(name));
    }

    private static TarEntry Dir(string name) => new() { Name = ByteString.FromText(name + "/"), Type = TarEntryType.Directory, Mode = 0x1ed };

    private static TarEntry File(string name, string content) =>
        new() { Name = ByteString.FromText(name), Type = TarEntryType.RegularFile, Mode = 0x1a4, Size = content.Length, LinkName = ByteString.FromText(content) };

    private static TarEntry Mark(string name) => new() { Name = ByteString.FromText(name), Type = TarEntryType.RegularFile };

    private static TarEntry Link(string name, string target) =>
        new() { Name = ByteString.FromText(name), Type = TarEntryType.HardLink, Mode = 0x1a4, LinkName = ByteString.FromText(target) };

    private static TarEntry Symlink(string name, string target) =>
        new() { Name = ByteString.FromText(name), Type = TarEntryType.SymbolicLink, LinkName = ByteString.FromText(target) };

    [Fact]
    public void A_link_between_two_directories_that_are_deeper_than_those_kept_open()
    {
        string from = string.Join('/', Enumerable.Repeat("a", 200));
        string to = string.Join('/', Enumerable.Repeat("b", 200));
        Apply(File($"{from}/file", "content"), File($"{to}/first", ""), File("other", ""), Link($"{to}/link", $"{from}/file"));
        Assert.Equal("content", System.IO.File.ReadAllText(Path.Join(_directory, to, "link")));
    }

    [Fact]
    public void A_sparse_file_larger_than_the_disk_is_refused_before_it_fills_it()
    {
        using RootDirectory root = RootDirectory.Open(_directory);
        using LayerApplier applier = new(root, new ApplyOptions { Whiteouts = WhiteoutMode.Delete });
        using MemoryStream tar = new(SparseTar(1L << 39));
        LayerStoreException error = Assert.Throws<LayerStoreException>(() => applier.Apply(new TarReader(tar)));
        Assert.Equal(ErrorKind.ResourceExhausted, error.Kind);
        Assert.Equal(0, new FileInfo(Path.Join(_directory, "sparse")).Length);
    }

    /// <summary>A tar of one file in GNU's old sparse form: a size, and no data.</summary>
    private static byte[] SparseTar(long size)
    {
        byte[] tar = new byte[3 * 512];
        Put(0, "sparse");
        Put(100, "0000644\0");
        Put(108, "0000000\0");
        Put(116, "0000000\0");
        Put(124, "00000000000\0");
        Put(136, "00000000000\0");
        Put(148, "        ");
        Put(156, "S");
        Put(257, "ustar  \0");
        tar[483] = 0x80;
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(tar.AsSpan(487), size);
        Put(148, Convert.ToString(tar[..512].Sum(b => b), 8).PadLeft(6, '0') + "\0 ");
        return tar;

        void Put(int offset, string text) => System.Text.Encoding.ASCII.GetBytes(text).CopyTo(tar, offset);
    }

    private LayerApplyResult Apply(params TarEntry[] entries) => Apply(WhiteoutMode.Delete, entries);

    /// <summary>Applies entries as one layer; a regular file's LinkName is its content.</summary>
    private LayerApplyResult Apply(WhiteoutMode mode, params TarEntry[] entries)
    {
        using MemoryStream stream = new();
        TarWriter writer = new(stream);
        foreach (TarEntry entry in entries)
        {
            bool isFile = entry.Type == TarEntryType.RegularFile;
            writer.WriteEntry(isFile ? entry with { LinkName = default } : entry);
            if (isFile)
            {
                writer.WriteContent(entry.LinkName.Span);
            }
        }

        writer.Finish();
        stream.Position = 0;
        using RootDirectory root = RootDirectory.Open(_directory);
        using LayerApplier applier = new(root, new ApplyOptions { Whiteouts = mode });
        return applier.Apply(new TarReader(stream));
    }

    /// <summary>All paths; links are not followed.</summary>
    private string[] List() => [.. List(new DirectoryInfo(_directory)).Order(StringComparer.Ordinal)];

    private IEnumerable<string> List(DirectoryInfo directory) => directory.EnumerateFileSystemInfos().SelectMany(item =>
        item is DirectoryInfo { LinkTarget: null } child ? List(child).Prepend(Relative(item)) : [Relative(item)]);

    private string Relative(FileSystemInfo item) => Path.GetRelativePath(_directory, item.FullName);
}
