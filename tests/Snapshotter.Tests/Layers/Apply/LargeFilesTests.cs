using System.Security.Cryptography;
using LayerStore.Tar;
using Snapshotter.Layers.Apply;
using Snapshotter.Layers.Manifest;
using Snapshotter.Linux;

namespace Snapshotter.Tests.Layers.Apply;

/// <summary>A large file is written past the page cache: its bytes are the same.</summary>
public sealed class LargeFilesTests : LayerTestBase
{
    [SkippableFact]
    public void A_large_file_that_begins_and_ends_anywhere_in_the_tar_is_whole()
    {
        byte[] content = new byte[(64 << 20) + 5];
        new Random(1).NextBytes(content);
        TestLayer layer = new TestLayer().File("small", "x").Add(new TarEntry { Name = TestLayer.Bytes("large"), Type = TarEntryType.RegularFile, Mode = 0x1a4 }, content);
        string directory = Workshop.MakeRoot();
        ContentHashes hashes = new();
        LayerApplyResult result = LayerWorkshop.Apply(directory, layer, WhiteoutMode.Overlay, options => options with { Hashes = hashes });
        Assert.Equal(content.Length + 1, result.ContentBytes);
        string path = Path.Join(directory, "large");
        using FileStream file = File.OpenRead(path);
        Assert.Equal(SHA256.HashData(content), SHA256.HashData(file));
        using RootDirectory root = RootDirectory.Open(directory);
        using DirectoryHandle self = root.OpenSelf();
        ulong inode = self.TryStat(TestLayer.Bytes("large"))!.Value.Inode;
        Assert.Equal(SHA256.HashData(content), hashes.Find(inode)!.Value.Span.ToArray());
    }
}
