using LayerStore;
using LayerStore.Tar;
using Snapshotter.Layers.Apply;
using Snapshotter.Layers.Manifest;
using Snapshotter.Linux;

namespace Snapshotter.Tests.Layers.Apply;

/// <summary>Small files get their content on another thread than their names: nobody may see that afterwards.</summary>
public sealed class SmallFilesTests : LayerTestBase
{
    private static readonly uint[] s_modes = [0x1a4, 0x180, 0x1ed, 0x9ed, 0x124, 0x1b6, 0];

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Names_that_are_taken_again_linked_and_removed_end_as_with_one_thread(int seed)
    {
        TestLayer layer = Mixture(new Random(seed));
        foreach (WhiteoutMode mode in (WhiteoutMode[])[WhiteoutMode.Delete, WhiteoutMode.Overlay])
        {
            string directory = Workshop.MakeRoot();
            ContentHashes hashes = new();
            LayerApplyResult result = LayerWorkshop.Apply(directory, layer, mode, options => options with { Hashes = hashes });
            Assert.False(result.IsLoose);
            Assert.Equal(TreeListing.Of(OneByOne(layer, mode)), TreeListing.Of(directory));
            Assert.Equal(Manifest(directory, known: null), Manifest(directory, hashes));
        }
    }

    [SkippableFact]
    public void Most_files_need_no_second_look_for_the_manifest()
    {
        TestLayer layer = new TestLayer().File("plain", "x").File("linked", "x").Link("link", "linked").File("gone", "x").File("gone", "y", 0x9ed, 7);
        layer.File("labelled", "x", 0x1a4, 0, new Xattr(TestLayer.Bytes("user.x"), TestLayer.Bytes("y")));
        string directory = Workshop.MakeRoot();
        ContentHashes hashes = new();
        LayerWorkshop.Apply(directory, layer, WhiteoutMode.Overlay, options => options with { Hashes = hashes });
        using RootDirectory root = RootDirectory.Open(directory);
        using DirectoryHandle self = root.OpenSelf();
        IEnumerable<string> known = self.List().Where(item => hashes.FindState(item.Inode) is not null).Select(item => item.Name.ToString());
        Assert.Equal(["gone", "plain"], known);
        FileStatus state = hashes.FindState(self.TryStat(TestLayer.Bytes("gone"))!.Value.Inode)!.Value;
        Assert.Equal((0x9edu, 7u, 7u, 1L, TestLayer.Time), (state.Mode, state.UserId, state.GroupId, state.Size, state.ModifiedAt));
    }

    [SkippableFact]
    public void A_group_or_default_acl_of_the_directory_does_not_reach_a_file()
    {
        TestLayer below = new TestLayer().Dir("d", 0x5fd, 7, DefaultAcl);
        Has("/d/f RegularFile 664 0:0", below, new TestLayer().File("d/f", "x", 0x1b4));
        Has("/d/f RegularFile 4755 7:7", below, new TestLayer().File("d/f", "x", 0x9ed, 7));
    }

    [SkippableFact]
    public void The_error_of_the_earliest_file_is_the_one_that_is_thrown()
    {
        // Nothing keeps that time but a file system with 64 bits of seconds, which has no error to tell.
        Skip.If(FileSystemKeeps(s_never), "this file system keeps every time");
        TestLayer layer = Many(new TestLayer(), "a", 50).Add(Untimely("first")).Add(Untimely("second"));
        LayerStoreException error = Assert.ThrowsAny<LayerStoreException>(() => Workshop.Flat(Many(layer, "b", 500).Link("c", "/")));
        Assert.StartsWith("first: this file system cannot keep the time", error.Message, StringComparison.Ordinal);

        error = Assert.ThrowsAny<LayerStoreException>(() => Workshop.Flat(new TestLayer().Add(Untimely("first")).Link("c", "/")));
        Assert.StartsWith("first: this file system cannot keep the time", error.Message, StringComparison.Ordinal);
    }

    private static readonly Timestamp s_never = new(1L << 40, 0);

    private static TestLayer Many(TestLayer layer, string prefix, int count)
    {
        for (int i = 0; i < count; i++)
        {
            layer.File($"{prefix}{i}", "content");
        }

        return layer;
    }

    private static TarEntry Untimely(string name) => new() { Name = TestLayer.Bytes(name), Type = TarEntryType.RegularFile, ModifiedAt = s_never };

    private bool FileSystemKeeps(Timestamp time)
    {
        using RootDirectory root = RootDirectory.Open(Workshop.MakeRoot());
        using DirectoryHandle self = root.OpenSelf();
        self.SetTimes(null, null, time);
        return self.Stat().ModifiedAt == time;
    }

    /// <summary>A layer of one directory level in which every name is used often, by files of all kinds.</summary>
    private static TestLayer Mixture(Random random)
    {
        TestLayer layer = new TestLayer().Dir("0").Dir("1").Dir("2");
        HashSet<string> files = [];
        for (int i = 0; i < 600; i++)
        {
            string name = $"{random.Next(3)}/{random.Next(60)}";
            int kind = random.Next(20);
            if (kind >= 16 && files.Count > 0)
            {
                layer.Link(name, files.ElementAt(random.Next(files.Count)), s_modes[random.Next(s_modes.Length)], owner: 7);
                files.Add(name);
                continue;
            }

            files.Remove(name);
            switch (kind)
            {
                case 0:
                    layer.Dir(name);
                    break;
                case 1:
                    layer.Symlink(name, "target");
                    break;
                case 2:
                    layer.Fifo(name);
                    break;
                default:
                    Xattr[] xattrs = kind == 3 ? [new Xattr(TestLayer.Bytes("user.x"), TestLayer.Bytes("y"))] : [];
                    string content = new((char)random.Next('a', 'z'), kind == 4 ? FileBatch.MaxFileSize + random.Next(2) : random.Next(300));
                    layer.File(name, content, s_modes[random.Next(s_modes.Length)], (uint)random.Next(2) * 7, xattrs);
                    files.Add(name);
                    break;
            }
        }

        return layer;
    }

    private string OneByOne(TestLayer layer, WhiteoutMode mode)
    {
        string directory = Workshop.MakeRoot();
        using RootDirectory root = RootDirectory.Open(directory);
        using LayerApplier applier = new(root, new ApplyOptions { Whiteouts = mode });
        foreach ((TarEntry entry, byte[] content) in layer.Entries)
        {
            applier.Add(entry, file => FileOperations.Write(file, content, entry.Name));
        }

        applier.Finish();
        return directory;
    }

    private byte[] Manifest(string directory, ContentHashes? known)
    {
        string path = Path.Join(Workshop.ScratchPath, "manifest");
        using RootDirectory root = RootDirectory.Open(directory);
        ManifestBuilder.Write(
            root, path, known is null ? null : (_, status) => known.Find(status.Inode), trueOwners: null, rootMarks: null, CancellationToken.None, known is null ? null : known.FindState);
        return File.ReadAllBytes(path);
    }
}
