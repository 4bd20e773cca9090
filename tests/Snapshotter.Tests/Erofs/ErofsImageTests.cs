using System.Security.Cryptography;
using LayerStore.Tar;
using Snapshotter.Erofs;
using Snapshotter.Tests.Layers.Apply;

namespace Snapshotter.Tests.Erofs;

/// <summary>Images of layers, mounted: each shows what the applier makes of the same tar.</summary>
public sealed class ErofsImageTests : IDisposable
{
    private static readonly Xattr s_capability = new(
        TestLayer.Bytes("security.capability"), TestLayer.Bytes("\x01\0\0\x02\x0a\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0"));

    private readonly ErofsWorkshop _workshop = new();

    public void Dispose() => _workshop.Dispose();

    [SkippableFact]
    public void All_types_of_files_have_what_their_entries_say() => Same(Everything());

    [SkippableFact]
    public void A_layer_without_entries_is_an_empty_directory() => Same(new TestLayer());

    [SkippableFact]
    public void Contents_of_all_sizes_are_read()
    {
        TestLayer layer = new();
        int[] sizes = [0, 1, 511, 512, 513, 1023, 1024, 1025, 4095, 4096, 4097, 65535, 65536, 65537, 1 << 20, (1 << 20) + 1, 3_000_000];
        foreach (int size in sizes)
        {
            byte[] content = new byte[size];
            new Random(size).NextBytes(content);
            layer.Add(layer.File($"f{size}").Entries[^1].Entry with { Name = TestLayer.Bytes($"g{size}") }, content);
        }

        Same(layer);
    }

    /// <summary>Names of directories are found by halves: all lengths of what follows an inode, and of what fills blocks, are tried.</summary>
    [SkippableFact]
    public void Directories_of_all_lengths_find_their_names()
    {
        TestLayer layer = new();
        for (int length = 1; length <= 255; length++)
        {
            layer.Dir($"d{length}").File($"d{length}/{new string('n', length)}").File($"d{length}/!before-the-dot");
        }

        for (int count = 1; count <= 300; count += 13)
        {
            layer.Dir($"many{count}");
            for (int i = 0; i < count; i++)
            {
                layer.Fifo($"many{count}/name-{i * 7919 % 1000}");
            }
        }

        Same(layer);
    }

    [SkippableFact]
    public void Symbolic_links_of_all_lengths_are_read()
    {
        TestLayer layer = new();
        foreach (int length in (int[])[1, 31, 32, 33, 200, 415, 416, 440, 447, 448, 449, 511, 512, 513, 1024, 4094, 4095])
        {
            layer.Symlink($"l{length}", new string('t', length));
            layer.Symlink($"x{length}", new string('t', length), new Xattr(TestLayer.Bytes("trusted.x"), TestLayer.Bytes("y")));
        }

        Same(layer);
    }

    [SkippableFact]
    public void Attributes_of_all_lengths_are_read()
    {
        TestLayer layer = new();
        for (int length = 0; length < 1200; length += 37)
        {
            Xattr[] xattrs =
            [
                new(TestLayer.Bytes("trusted." + new string('n', 1 + (length % 190))), TestLayer.Bytes(new string('v', length))),
                new(TestLayer.Bytes("user.x"), TestLayer.Bytes("\0\xff\n")),
            ];
            layer.Dir($"d{length}", 0x1ed, 0, xattrs).File($"d{length}/f", "content", 0x1a4, 0, xattrs);
        }

        Same(layer);
    }

    [SkippableFact]
    public void The_same_layer_gives_the_same_image()
    {
        byte[] tar = ErofsWorkshop.Tar(Everything());
        ErofsLayer layer = ErofsWorkshop.TryRead(tar)!;
        byte[] image = ErofsWorkshop.Image(layer, tar.Length);
        Assert.Equal(image, ErofsWorkshop.Image(layer, tar.Length));
        Assert.Equal(image, ErofsWorkshop.Image(ErofsWorkshop.TryRead(tar)!, tar.Length));
        string digest = Convert.ToHexStringLower(SHA256.HashData(image));
        Assert.True(digest == "a2b71555aa71871ec27ee1be5817e8f5d1115ea2da944595939ccd95bc8acdd7", $"the form of images has changed: {digest}");
    }

    private static TestLayer Everything() => new TestLayer()
        .Dir("./", 0x1c9, 5)
        .Dir("d", 0x7ff, 70_000)
        .File("d/empty")
        .File("d/file", "content", 0x9ed, 1, s_capability, new Xattr(TestLayer.Bytes("user.x"), TestLayer.Bytes("\0\xff\n")))
        .Link("d/link", "d/file", 0x9ed, 1)
        .Symlink("s", "../nowhere")
        .Link("s2", "/s", 0)
        .Fifo("fifo")
        .Device("null", 1, 3)
        .Device("wide", 0xfff, 0xfffff)
        .Device("disk", 8, 0x12345, TarEntryType.BlockDevice)
        .Link("d/disk", "disk")
        .Dir("w")
        .Whiteout("w/gone")
        .Whiteout("d/gone")
        .Whiteout("gone")
        .Dir("o")
        .Opaque("o")
        .File("o/new", "x")
        .Dir("d/e/")
        .Dir("d/e/f")
        .File("/d//e/./f/../g", "y");

    private void Same(TestLayer layer) => _workshop.AssertSame(ErofsWorkshop.Tar(layer));
}
