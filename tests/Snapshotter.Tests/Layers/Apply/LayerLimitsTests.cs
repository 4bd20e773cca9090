using LayerStore;
using LayerStore.Tar;
using Snapshotter.Layers.Apply;
using Snapshotter.Linux;

namespace Snapshotter.Tests.Layers.Apply;

/// <summary>What is too much for the kernel or the limits, and what a caller may stop.</summary>
public sealed class LayerLimitsTests : LayerTestBase
{
    [SkippableFact]
    public void A_name_has_255_bytes_and_not_one_more()
    {
        string longest = new('n', 255);
        Assert.Equal(["/", "/" + longest], Names(new TestLayer().File(longest)));
        Refused(new TestLayer().File(longest + "n"));
        Refused(new TestLayer().Dir($"d/{longest}n/e"));
        Refused(new TestLayer().Symlink("s", longest + "n").File("s/f"));
    }

    [SkippableFact]
    public void A_path_has_4096_bytes_and_not_one_more()
    {
        // 15 names of 255 bytes with their slashes, and 256 bytes more; each name is one component that the kernel opens by itself.
        string deep = string.Concat(Enumerable.Repeat(new string('d', 255) + "/", 15));
        Assert.Equal(18, Both(new TestLayer().File(deep + new string('f', 255))).Length + 1);
        Refused(new TestLayer().File(deep + "d/" + new string('f', 255)));
    }

    [SkippableFact]
    public void A_path_deeper_than_the_limit_is_refused()
    {
        string deepest = string.Join('/', Enumerable.Repeat("d", 1024));
        Assert.Equal(1025, Both(new TestLayer().Dir(deepest)).Length);
        Refused(new TestLayer().Dir(deepest + "/d"));
    }

    [SkippableFact]
    public void An_xattr_has_64_KiB_and_not_one_more()
    {
        Xattr Of(int length) => new(TestLayer.Bytes("trusted.large"), new ByteString(new byte[length]));

        // xattr(7): XATTR_SIZE_MAX. What the file system below it takes is less on most.
        Refused(new TestLayer().File("f", "", 0x1a4, 0, Of((64 << 10) + 1)));
        string disk = Directory.CreateDirectory(Path.Join(Workshop.ScratchPath, "tmpfs")).FullName;
        ProcessRunner.Run("mount", "-t", "tmpfs", "tmpfs", disk);
        try
        {
            LayerWorkshop.Apply(disk, new TestLayer().File("f", "", 0x1a4, 0, Of(64 << 10)), WhiteoutMode.Delete);
            using RootDirectory root = RootDirectory.Open(disk);
            using DirectoryHandle self = root.OpenSelf();
            Assert.Equal(64 << 10, self.GetXattr(TestLayer.Bytes("f"), TestLayer.Bytes("trusted.large"))!.Value.Length);
        }
        finally
        {
            ProcessRunner.Run("umount", "--lazy", disk);
        }
    }

    [SkippableFact]
    public void More_names_than_a_file_can_have_are_refused()
    {
        // ext4 allows 65,000 names; where the file system allows more, so does the applier.
        TestLayer layer = new TestLayer().File("0");
        for (int i = 1; i <= 65_001; i++)
        {
            layer.Link($"{i}", "0");
        }

        string directory = Workshop.MakeRoot();
        try
        {
            LayerWorkshop.Apply(directory, layer, WhiteoutMode.Delete);
            Assert.Equal(65_002, Directory.EnumerateFiles(directory).Count());
        }
        catch (LayerStoreException e)
        {
            Assert.Equal(ErrorKind.DataLoss, e.Kind);
            Assert.Contains("Too many links", e.Message, StringComparison.Ordinal);
        }
    }

    [SkippableFact]
    public void Cancelling_stops_between_entries_and_inside_of_a_file()
    {
        using CancellationTokenSource cancellation = new();
        string directory = Workshop.MakeRoot();
        using RootDirectory root = RootDirectory.Open(directory);
        using LayerApplier applier = new(root, new ApplyOptions { Whiteouts = WhiteoutMode.Delete, Warn = _ => cancellation.Cancel() });

        // The warning about the first entry cancels.
        TestLayer layer = new TestLayer().Symlink("s", "x", new Xattr(TestLayer.Bytes("user.x"), TestLayer.Bytes("1"))).File("f", "content");
        Assert.Throws<OperationCanceledException>(() => applier.Apply(layer.Open(), cancellation.Token));
        Assert.False(File.Exists(Path.Join(directory, "f")));

        using CancellingStream stream = new(cancellation: new CancellationTokenSource());
        Assert.Throws<OperationCanceledException>(() => applier.Apply(new TarReader(stream), stream.Token));
        Assert.InRange(new FileInfo(Path.Join(directory, "large")).Length, 0, CancellingStream.Size - 1);
    }

    /// <summary>A tar of one file that asks to stop when a part of it was read.</summary>
    private sealed class CancellingStream(CancellationTokenSource cancellation) : MemoryStream(Tar())
    {
        public const int Size = 16 << 20;

        public CancellationToken Token => cancellation.Token;

        // A MemoryStream that is derived from reads spans through this too.
        public override int Read(byte[] buffer, int offset, int count)
        {
            if (Position > Size / 2)
            {
                cancellation.Cancel();
            }

            return base.Read(buffer, offset, count);
        }

        protected override void Dispose(bool disposing)
        {
            cancellation.Dispose();
            base.Dispose(disposing);
        }

        private static byte[] Tar()
        {
            using MemoryStream tar = new();
            TarWriter writer = new(tar);
            writer.WriteEntry(new TarEntry { Name = TestLayer.Bytes("large"), Type = TarEntryType.RegularFile, Size = Size });
            writer.WriteContent(new byte[Size]);
            writer.Finish();
            return tar.ToArray();
        }
    }
}
