using LayerStore;
using LayerStore.Tar;
using Microsoft.Win32.SafeHandles;
using Snapshotter.Linux;

namespace Snapshotter.Tests.Linux;

public sealed class DirectoryHandleTests : IDisposable
{
    private static readonly ByteString s_file = ByteString.FromText("file");
    private static readonly ByteString s_link = ByteString.FromText("link");
    private readonly ScratchDirectory _scratch = new();
    private readonly RootDirectory _root;
    private readonly DirectoryHandle _directory;

    public DirectoryHandleTests()
    {
        _root = RootDirectory.Open(_scratch.Make("root"));
        _directory = _root.OpenSelf();
    }

    public void Dispose()
    {
        _directory.Dispose();
        _root.Dispose();
        _scratch.Dispose();
    }

    [SkippableTheory]
    [InlineData("ext4")]
    [InlineData("xfs")]
    [InlineData("btrfs")]
    public void A_listing_has_what_was_made_since_the_directory_was_opened(string type)
    {
        using RootDirectory root = RootDirectory.Open(_scratch.MountImage(type));
        using DirectoryHandle directory = root.OpenSelf();
        directory.CreateFile(s_file, 0x180).Dispose();
        Assert.Contains(directory.List(), item => item.Name == s_file);
        directory.Rename(s_file, directory, s_link);
        Assert.Contains(directory.List(), item => item.Name == s_link);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("/")]
    [InlineData("a\0b")]
    public void A_name_is_one_component(string name)
    {
        ByteString bytes = ByteString.FromText(name);
        Assert.Equal(ErrorKind.DataLoss, Assert.Throws<LayerStoreException>(() => _directory.TryStat(bytes)).Kind);
        Assert.Equal(ErrorKind.DataLoss, Assert.Throws<LayerStoreException>(() => _directory.RemoveTree(bytes)).Kind);
        Assert.Equal(ErrorKind.DataLoss, Assert.Throws<LayerStoreException>(() => _directory.CreateFile(bytes, 0x1ff)).Kind);
        Assert.Equal(ErrorKind.DataLoss, Assert.Throws<LayerStoreException>(() => _directory.GetXattr(bytes, s_file)).Kind);
    }

    [Fact]
    public void A_directory_that_was_removed_while_it_is_open_is_empty()
    {
        _directory.MakeDirectory(s_file, 0x1c0);
        using DirectoryHandle child = _directory.OpenChild(s_file);
        _directory.RemoveDirectory(s_file);
        Assert.Empty(child.List());
    }

    [Fact]
    public void Names_hold_any_byte_and_are_listed_bytewise()
    {
        List<ByteString> names = [];
        for (int b = 1; b < 256; b++)
        {
            if (b is not '/' and not '.')
            {
                names.Add(new ByteString([(byte)b]));
            }
        }

        foreach (ByteString name in Enumerable.Reverse(names))
        {
            Touch(name);
        }

        Assert.Equal(names, _directory.List().Select(i => i.Name));
        Assert.All(_directory.List(), i => Assert.True(i.Type is null or FileType.RegularFile));
    }

    [Fact]
    public void A_name_has_255_bytes_and_not_one_more()
    {
        ByteString longest = new(Enumerable.Repeat((byte)0xff, 255).ToArray());
        Touch(longest);
        _directory.SetXattr(longest, ByteString.FromText("user.x"), ByteString.FromText("1"));

        Assert.Equal("1", _directory.GetXattr(longest, ByteString.FromText("user.x")).ToString());
        Assert.Equal(ErrorKind.DataLoss, Assert.Throws<LinuxException>(() => Touch(new ByteString(new byte[256].Select(_ => (byte)'n').ToArray()))).Kind);
        Assert.Equal(ErrorKind.DataLoss, Assert.Throws<LinuxException>(() => Touch(new ByteString(new byte[5000].Select(_ => (byte)'n').ToArray()))).Kind);
    }

    [Fact]
    public void Nothing_that_exists_is_opened_for_writing()
    {
        string victim = _scratch["victim"];
        File.WriteAllText(victim, "safe");
        _directory.MakeSymbolicLink(s_link, ByteString.FromText(victim));

        Assert.Equal(ErrorKind.AlreadyExists, Assert.Throws<LinuxException>(() => _directory.CreateFile(s_link, 0x1ff)).Kind);
        Assert.Equal("safe", File.ReadAllText(victim));
    }

    [Fact]
    public void A_link_is_never_followed()
    {
        string victim = _scratch.Make("victim");
        _directory.MakeSymbolicLink(s_link, ByteString.FromText(victim));
        _directory.SetOwner(s_link, 7, 8);
        _directory.SetTimes(s_link, new Timestamp(5, 6), new Timestamp(7, 8));

        Assert.Null(_directory.TryOpenChild(s_link));
        Assert.Throws<LinuxException>(() => _directory.OpenChild(s_link));
        Assert.Throws<LinuxException>(() => _directory.OpenRead(s_link));
        Assert.Equal(ErrorKind.Unimplemented, Assert.Throws<LinuxException>(() => _directory.SetMode(s_link, 0x1ff)).Kind);
        FileStatus link = _directory.TryStat(s_link)!.Value;
        Assert.Equal((7u, 8u, new Timestamp(7, 8)), (link.UserId, link.GroupId, link.ModifiedAt));
        using RootDirectory outside = RootDirectory.Open(victim);
        Assert.NotEqual(7u, outside.TryStat(ByteString.Empty)!.Value.UserId);
    }

    [Fact]
    public void Only_regular_files_are_opened_for_reading()
    {
        _directory.MakeNode(s_file, FileType.Fifo, 0x1ff, 0, 0);
        Assert.Equal(ErrorKind.DataLoss, Assert.Throws<LayerStoreException>(() => _directory.OpenRead(s_file)).Kind);
    }

    [SkippableFact]
    public void Devices_keep_their_numbers()
    {
        Skip.IfNot(Privileges.IsRoot && UserNamespace.Current.IsInitial, "needs root, to make devices");
        _directory.MakeNode(s_file, FileType.BlockDevice, 0x180, 0xfff, 0xfffff);
        _directory.MakeNode(s_link, FileType.CharacterDevice, 0, 0, 0);

        FileStatus device = _directory.TryStat(s_file)!.Value;
        Assert.Equal((FileType.BlockDevice, 0xfffu, 0xfffffu), (device.Type, device.RdevMajor, device.RdevMinor));
        Assert.True(_directory.TryStat(s_link)!.Value.IsWhiteout);
        Assert.Equal(ErrorKind.DataLoss, Assert.Throws<LayerStoreException>(() => _directory.MakeNode(s_file, FileType.BlockDevice, 0, 0x1000, 0)).Kind);
    }

    [SkippableFact]
    public void Trusted_and_security_xattrs_hold_any_bytes_on_any_type()
    {
        Skip.IfNot(Privileges.IsRoot && UserNamespace.Current.IsInitial, "needs root, for trusted.* xattrs");
        ByteString name = ByteString.FromText("trusted.test");
        ByteString value = new(Enumerable.Range(0, 256).Select(i => (byte)i).ToArray());
        _directory.MakeSymbolicLink(s_link, ByteString.FromText("nowhere"));
        _directory.MakeNode(ByteString.FromText("fifo"), FileType.Fifo, 0x1ff, 0, 0);
        _directory.MakeNode(ByteString.FromText("device"), FileType.CharacterDevice, 0x1ff, 1, 3);
        _directory.MakeDirectory(ByteString.FromText("directory"), 0x1ff);
        Touch(s_file);
        foreach (string file in new[] { "link", "fifo", "device", "directory", "file" })
        {
            _directory.SetXattr(ByteString.FromText(file), name, value);
            Assert.Equal(value, _directory.GetXattr(ByteString.FromText(file), name));
        }

        _directory.SetXattr(null, name, ByteString.Empty);
        Assert.Equal([new Xattr(name, ByteString.Empty)], _directory.ListXattrs(null));
        _directory.RemoveXattr(s_link, name);
        _directory.RemoveXattr(s_link, name);
        Assert.Empty(_directory.ListXattrs(s_link));
        Assert.Null(_directory.GetXattr(s_link, name));
    }

    [Fact]
    public void Many_and_large_xattrs_are_listed_in_order()
    {
        Touch(s_file);
        for (int i = 9; i >= 0; i--)
        {
            _directory.SetXattr(s_file, ByteString.FromText($"user.{new string('n', 150)}{i}"), new ByteString(new byte[i == 5 ? 300 : 10])); // ext4 has one block of 4 KiB for all of them.
        }

        IReadOnlyList<Xattr> xattrs = _directory.ListXattrs(s_file);
        Assert.Equal(10, xattrs.Count);
        Assert.Equal(xattrs.OrderBy(x => x.Name), xattrs);
        Assert.Equal([10, 10, 10, 10, 10, 300, 10, 10, 10, 10], xattrs.Select(x => x.Value.Length));
    }

    [Fact]
    public void User_xattrs_on_links_are_refused_with_their_error_number()
    {
        _directory.MakeSymbolicLink(s_link, ByteString.FromText("nowhere"));
        Assert.Equal(Errno.EPERM, _directory.TrySetXattr(s_link, ByteString.FromText("user.x"), ByteString.Empty));
    }

    [Fact]
    public void Hard_links_and_renames_name_the_link_itself()
    {
        _directory.MakeSymbolicLink(s_link, s_file);
        _directory.LinkFrom(_directory, s_link, ByteString.FromText("second"));
        _directory.Rename(ByteString.FromText("second"), _directory, ByteString.FromText("third"));

        Assert.Equal(2u, _directory.TryStat(ByteString.FromText("third"))!.Value.LinkCount);
        Assert.Equal(s_file, _directory.ReadLink(ByteString.FromText("third")));
    }

    [Fact]
    public void Times_keep_their_nanoseconds_also_before_1970()
    {
        Touch(s_file);
        _directory.SetTimes(s_file, null, new Timestamp(-1, 999_999_999));
        Assert.Equal(new Timestamp(-1, 999_999_999), _directory.TryStat(s_file)!.Value.ModifiedAt);
    }

    [Fact]
    public void A_tree_deeper_than_any_path_is_removed()
    {
        // 3000 levels of 200 bytes: 600 kB of path, more levels than descriptors.
        ByteString name = new(Enumerable.Repeat((byte)'d', 200).ToArray());
        DirectoryHandle current = _root.OpenSelf();
        for (int i = 0; i < 3000; i++)
        {
            current.MakeDirectory(name, 0x1c0);
            DirectoryHandle next = current.OpenChild(name);
            using (next.CreateFile(s_file, 0x180))
            {
            }

            current.Dispose();
            current = next;
        }

        current.Dispose();
        _directory.RemoveTree(name);
        Assert.Empty(_directory.List());
    }

    [Fact]
    public void Removing_a_tree_does_not_follow_links()
    {
        File.WriteAllText(Path.Join(_scratch.Make("victim"), "kept"), "x");
        _directory.MakeDirectory(s_file, 0x1c0);
        using (DirectoryHandle child = _directory.OpenChild(s_file))
        {
            child.MakeSymbolicLink(s_link, ByteString.FromText(_scratch["victim"]));
        }

        _directory.RemoveTree(s_file);
        Assert.True(File.Exists(_scratch["victim/kept"]));
        Assert.Equal(ErrorKind.NotFound, Assert.Throws<LinuxException>(() => _directory.RemoveTree(s_file)).Kind);
    }

    private void Touch(ByteString name)
    {
        using SafeFileHandle file = _directory.CreateFile(name, 0x1a4);
    }
}
