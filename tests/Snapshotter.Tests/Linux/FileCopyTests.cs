using LayerStore;
using Microsoft.Win32.SafeHandles;
using Snapshotter.Linux;

namespace Snapshotter.Tests.Linux;

public sealed class FileCopyTests : IDisposable
{
    private static readonly ByteString s_source = ByteString.FromText("source");
    private static readonly ByteString s_target = ByteString.FromText("target");
    private readonly ScratchDirectory _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [SkippableTheory]
    [InlineData("xfs")]
    [InlineData("btrfs")]
    public void Where_the_file_system_can_a_copy_shares_the_extents(string type)
    {
        string directory = _scratch.MountImage(type);
        Assert.Equal(type, FileSystemProbe.TypeName(directory));
        Assert.True(FileSystemProbe.SupportsReflink(directory));
        CheckCopy(directory, size: 3 << 20);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5_000_000)]
    public void A_copy_has_the_same_bytes(int size) => CheckCopy(_scratch.Path, size);

    [Fact]
    public void A_copy_keeps_holes()
    {
        using RootDirectory root = RootDirectory.Open(_scratch.Path);
        using DirectoryHandle directory = root.OpenSelf();
        using (FileStream file = new(_scratch["source"], FileMode.CreateNew))
        {
            file.Position = 64 << 20;
            file.Write(new byte[4096].Select(_ => (byte)1).ToArray());
            file.SetLength(128 << 20);
        }

        Copy(directory, 128 << 20);
        FileStatus copy = directory.TryStat(s_target)!.Value;
        Assert.Equal(128 << 20, copy.Size);
        Assert.InRange(copy.Blocks512, 1, 1024);
        Assert.Equal(File.ReadAllBytes(_scratch["source"]), File.ReadAllBytes(_scratch["target"]));
    }

    [Fact]
    public void A_source_that_became_shorter_is_told()
    {
        using RootDirectory root = RootDirectory.Open(_scratch.Path);
        using DirectoryHandle directory = root.OpenSelf();
        File.WriteAllBytes(_scratch["source"], new byte[10]);
        Assert.Equal(ErrorKind.Aborted, Assert.Throws<LayerStoreException>(() => Copy(directory, 20)).Kind);
    }

    [Fact]
    public void Free_space_is_known() => Assert.InRange(FileSystemProbe.FreeBytes(_scratch.Path), 1, long.MaxValue);

    private static void CheckCopy(string path, int size)
    {
        byte[] content = new byte[size];
        new Random(size).NextBytes(content);
        File.WriteAllBytes(Path.Join(path, "source"), content);
        using RootDirectory root = RootDirectory.Open(path);
        using DirectoryHandle directory = root.OpenSelf();
        Copy(directory, size);
        Assert.Equal(content, File.ReadAllBytes(Path.Join(path, "target")));
    }

    private static void Copy(DirectoryHandle directory, long size)
    {
        using SafeFileHandle source = directory.OpenRead(s_source);
        using SafeFileHandle target = directory.CreateFile(s_target, 0x180);
        FileCopy.Copy(source, target, size);
    }
}
