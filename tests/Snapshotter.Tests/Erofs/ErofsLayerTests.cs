using LayerStore;
using LayerStore.Tar;
using Snapshotter.Erofs;
using Snapshotter.Layers.Apply;
using Snapshotter.Linux;
using Snapshotter.Tests.Layers.Apply;

namespace Snapshotter.Tests.Erofs;

/// <summary>Which layers are plain. For each reason why one is not there is a test; what is left is compared with the applier in <see cref="ErofsAgreementTests"/>.</summary>
public sealed class ErofsLayerTests
{
    public ErofsLayerTests() => Skip.IfNot(UserNamespace.Current.IsInitial, "in a user namespace no layer is plain");

    private static TestLayer Plain => new TestLayer().Dir("d").File("d/f", "x").Symlink("s", "d").Whiteout("gone");

    public static TheoryData<string> NotPlain => [.. s_notPlain.Keys];

    private static readonly Dictionary<string, Func<TestLayer, TestLayer>> s_notPlain = new()
    {
        ["a directory after what is in it"] = layer => layer.File("late/f").Dir("late"),
        ["a path through a link"] = layer => layer.File("s/g"),
        ["a path through a file"] = layer => layer.File("d/f/g"),
        ["a path through a whiteout"] = layer => layer.File(".wh.gone/g"),
        ["a file twice"] = layer => layer.File("d/f", "x"),
        ["a file over a directory"] = layer => layer.File("d"),
        ["a directory over a file"] = layer => layer.Dir("d/f"),
        ["a whiteout twice"] = layer => layer.Whiteout("gone"),
        ["a whiteout of what the layer has"] = layer => layer.Whiteout("d"),
        ["a whiteout before what the layer has"] = layer => layer.File("gone"),
        ["a directory without an entry in an opaque one"] = layer => layer.Dir("d").Opaque("d").File("d/implied/f"),
        ["a whiteout beside an opaque one"] = layer => layer.Opaque("d").Whiteout("d/x"),
        ["a whiteout below an opaque one"] = layer => layer.Whiteout("d/x").Opaque(""),
        ["a whiteout of nothing"] = layer => layer.File(".wh."),
        ["a whiteout of the directory"] = layer => layer.File(".wh.."),
        ["a whiteout of the directory above"] = layer => layer.File(".wh..."),
        ["bookkeeping of aufs"] = layer => layer.Dir(".wh..wh.plnk"),
        ["a whiteout of a long name"] = layer => layer.Whiteout(new string('n', 256)),
        ["a long name"] = layer => layer.File(new string('n', 256)),
        ["a link to nothing here"] = layer => layer.Link("l", "below"),
        ["a link to a directory"] = layer => layer.Link("l", "d"),
        ["a link to the root"] = layer => layer.Link("l", "/"),
        ["a link to a whiteout"] = layer => layer.Link("l", "gone"),
        ["a link to itself"] = layer => layer.Link("d/f", "d/f"),
        ["a link through a link"] = layer => layer.Link("l", "s/f"),
        ["a link of another owner"] = layer => layer.Link("l", "d/f", owner: 1),
        ["a link of another mode"] = layer => layer.Link("l", "d/f", mode: 0x180),
        ["a link of another time"] = layer => layer.Link("l", "d/f").Again(entry => entry with { ModifiedAt = Timestamp.Epoch }),
        ["a link with an attribute"] = layer => layer.Link("l", "d/f").Again(entry => entry with { Xattrs = [new(TestLayer.Bytes("trusted.x"), default)] }),
        ["a symbolic link to nothing"] = layer => layer.Symlink("l", ""),
        ["a long target"] = layer => layer.Symlink("l", new string('t', 4096)),
        ["a character device 0:0"] = layer => layer.Device("c", 0, 0),
        ["a block device 0:0"] = layer => layer.Device("b", 0, 0, TarEntryType.BlockDevice),
        ["a large major number"] = layer => layer.Device("c", 0x1000, 0),
        ["a large minor number"] = layer => layer.Device("c", 1, 0x100000),
        ["a time before 32 bits"] = layer => layer.File("f").Again(entry => entry with { ModifiedAt = new(int.MinValue, 0) }),
        ["a time behind 32 bits"] = layer => layer.File("f").Again(entry => entry with { ModifiedAt = new(int.MaxValue, 0) }),
        ["a root that is no directory"] = layer => layer.Symlink("./", "d"),
        ["an access control list"] = layer => WithXattr(layer, "system.posix_acl_access", "\x02\0\0\0"),
        ["a user attribute on a link"] = layer => layer.Symlink("l", "d", new Xattr(TestLayer.Bytes("user.x"), default)),
        ["a user attribute on a FIFO"] = layer => layer.Fifo("p").Again(entry => entry with { Xattrs = [new(TestLayer.Bytes("user.x"), default)] }),
        ["a capability of a directory"] = layer => layer.Dir("e", 0x1ed, 0, new Xattr(s_capability, TestLayer.Bytes("\x01\0\0\x02" + new string('\0', 16)))),
        ["a capability of version 3"] = layer => WithXattr(layer, s_capability.ToString(), "\x01\0\0\x03" + new string('\0', 20)),
        ["a short capability"] = layer => WithXattr(layer, s_capability.ToString(), "\x01\0\0\x02"),
        ["an empty capability"] = layer => WithXattr(layer, s_capability.ToString(), ""),
        ["a capability with unknown flags"] = layer => WithXattr(layer, s_capability.ToString(), "\x02\0\0\x02" + new string('\0', 16)),
        ["another security attribute"] = layer => WithXattr(layer, "security.ima", "x"),
        ["an attribute of no namespace"] = layer => WithXattr(layer, "x", "x"),
        ["an attribute of an empty name"] = layer => WithXattr(layer, "trusted.", "x"),
        ["an attribute of a long name"] = layer => WithXattr(layer, "trusted." + new string('n', 248), "x"),
        ["a long attribute"] = layer => WithXattr(layer, "trusted.x", new string('v', 65536)),
        ["many attributes"] = layer => layer.File("x", "", 0x1a4, 0, [.. Enumerable.Range(0, 5).Select(i => new Xattr(TestLayer.Bytes($"trusted.{i}"), TestLayer.Bytes(new string('v', 16000))))]),
        ["an attribute of overlay's"] = layer => WithXattr(layer, "trusted.overlay.opaque", "y"),
        ["an attribute of an overlay in a user namespace"] = layer => WithXattr(layer, "user.overlay.opaque", "y"),
    };

    private static readonly ByteString s_capability = TestLayer.Bytes("security.capability");

    [SkippableTheory]
    [MemberData(nameof(NotPlain))]
    public void A_layer_is_not_plain_with(string reason)
    {
        Assert.NotNull(ErofsWorkshop.TryRead(ErofsWorkshop.Tar(Plain)));
        Assert.Null(ErofsWorkshop.TryRead(ErofsWorkshop.Tar(s_notPlain[reason](Plain))));
    }

    public static TheoryData<string> Options => [.. s_options.Keys];

    private static readonly Dictionary<string, Func<ApplyOptions, ApplyOptions>> s_options = new()
    {
        ["whiteouts that delete"] = options => options with { Whiteouts = WhiteoutMode.Delete },
        ["marks in user.*"] = options => options with { OverlayXattrNamespace = "user" },
        ["no devices"] = options => options with { NoDevices = true },
        ["no setuid bits"] = options => options with { StripSetuid = true },
        ["other owners"] = options => options with { SquashIds = true },
    };

    [SkippableTheory]
    [MemberData(nameof(Options))]
    public void No_layer_is_plain_with(string option) =>
        Assert.Null(ErofsWorkshop.TryRead(ErofsWorkshop.Tar(Plain), s_options[option](ErofsWorkshop.Options)));

    /// <summary>GNU tar manual, "Old GNU Format": one segment of a byte in a file of 2.</summary>
    [SkippableFact]
    public void A_sparse_file_is_not_plain()
    {
        byte[] tar = ErofsWorkshop.Tar(new TestLayer().Dir("d").Again(entry => entry with { ModifiedAt = Timestamp.Epoch }).File("f", "x").Again(entry => entry with { ModifiedAt = Timestamp.Epoch }));
        Span<byte> header = tar.AsSpan(512, 512);
        header[156] = (byte)'S';
        "ustar  \0"u8.CopyTo(header[257..]);
        "00000000000\000000000001\0"u8.CopyTo(header[386..]);
        "00000000002\0"u8.CopyTo(header[483..]);
        header.Slice(148, 8).Fill((byte)' ');
        int sum = 0;
        foreach (byte value in header)
        {
            sum += value;
        }

        System.Text.Encoding.ASCII.GetBytes($"{Convert.ToString(sum, 8).PadLeft(6, '0')}\0").CopyTo(header[148..]);
        TarReader reader = new(new MemoryStream(tar));
        Assert.NotNull(reader.Next());
        Assert.Equal(2, reader.Next()!.Size);
        Assert.Null(ErofsWorkshop.TryRead(tar));
    }

    [SkippableFact]
    public void A_tar_that_ends_inside_the_zeros_behind_a_content_is_not_plain()
    {
        byte[] tar = ErofsWorkshop.Tar(new TestLayer().File("f", "no padding"));
        Assert.NotNull(ErofsWorkshop.TryRead(tar[..^1024]));
        Assert.Null(ErofsWorkshop.TryRead(tar[..^1025]));
    }

    [SkippableFact]
    public void A_layer_that_is_too_large_to_be_remembered_is_not_plain_and_one_that_is_too_deep_is_refused()
    {
        MemoryBudget memory = new(2_000);
        ApplyOptions options = ErofsWorkshop.Options with { Memory = memory };
        TestLayer layer = new();
        for (int i = 0; i < 20; i++)
        {
            layer.File($"f{i}");
        }

        Assert.Null(ErofsWorkshop.TryRead(ErofsWorkshop.Tar(layer), options));
        memory.Take(2_000); // All was given back.
        byte[] deep = ErofsWorkshop.Tar(new TestLayer().Dir("a").Dir("a/b").File("a/b/c"));
        Assert.NotNull(ErofsWorkshop.TryRead(deep, ErofsWorkshop.Options with { MaxDepth = 3 }));
        Assert.Equal(ErrorKind.DataLoss, Assert.Throws<LayerStoreException>(() => ErofsWorkshop.TryRead(deep, ErofsWorkshop.Options with { MaxDepth = 2 })).Kind);
    }

    [SkippableFact]
    public void A_layer_of_300_000_names_is_plain_and_one_of_more_is_not()
    {
        using MemoryStream tar = new();
        TarWriter writer = new(tar);
        for (int i = 0; i < 300_000; i++)
        {
            writer.WriteEntry(new TarEntry { Name = ByteString.FromText($"f{i}"), Type = TarEntryType.RegularFile });
        }

        byte[] most = tar.ToArray();
        writer.WriteEntry(new TarEntry { Name = ByteString.FromText("one-more"), Type = TarEntryType.RegularFile });
        long before = GC.GetTotalMemory(forceFullCollection: true);
        ErofsLayer layer = ErofsWorkshop.TryRead(most)!;
        long needed = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.Equal(300_001, layer.Inodes);
        Assert.True(needed < 80 << 20, $"{needed} bytes");
        Assert.Null(ErofsWorkshop.TryRead(tar.ToArray()));
    }

    [SkippableFact]
    public void The_last_of_a_directorys_entries_counts()
    {
        ErofsLayer once = ErofsWorkshop.TryRead(ErofsWorkshop.Tar(new TestLayer().Dir("./", 0x1c0).Dir("d", 0x1c0, 1).File("d/f")))!;
        ErofsLayer twice = ErofsWorkshop.TryRead(ErofsWorkshop.Tar(new TestLayer().Dir("./").Dir("d", 0x1ed, 2, new Xattr(TestLayer.Bytes("trusted.x"), default)).Dir("d", 0x1c0, 1).File("d/f").Dir("./", 0x1c0)))!;
        Assert.NotEqual(once.Entries, twice.Entries);
        Assert.Equal(once.Inodes, twice.Inodes);
    }

    [SkippableFact]
    public void Data_that_is_shorter_than_what_was_read_is_refused()
    {
        byte[] tar = ErofsWorkshop.Tar(new TestLayer().File("f", "x"));
        ErofsLayer layer = ErofsWorkshop.TryRead(tar)!;
        Assert.NotEmpty(ErofsWorkshop.Image(layer, tar.Length - 1024));
        Assert.Throws<ArgumentOutOfRangeException>(() => ErofsWorkshop.Image(layer, tar.Length - 1025));
    }

    [SkippableFact]
    public void Reading_can_be_cancelled() => Assert.Throws<OperationCanceledException>(() => ErofsLayer.TryRead(Plain.Open(), ErofsWorkshop.Options, new CancellationToken(true)));

    private static TestLayer WithXattr(TestLayer layer, string name, string value) => layer.File("x", "", 0x1a4, 0, new Xattr(TestLayer.Bytes(name), TestLayer.Bytes(value)));
}
