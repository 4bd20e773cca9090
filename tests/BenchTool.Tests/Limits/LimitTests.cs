using System.Formats.Tar;
using System.IO.Compression;
using BenchTool.Limits;

namespace BenchTool.Tests.Limits;

public sealed class LimitTests
{
    [Fact]
    public void All_bytes_are_decompressed()
    {
        using TempDirectory directory = new();
        string file = directory["a.gz"];
        using (GZipStream stream = new(File.Create(file), CompressionLevel.Fastest))
            stream.Write(new byte[3_000_000]);
        Assert.Equal(6_000_000, ByteLimits.Inflate([file, file]));
    }

    [Fact]
    public void The_files_of_a_tar_are_made_with_their_sizes_and_directories()
    {
        using TempDirectory directory = new();
        string tar = directory["a.tar"];
        string tree = directory.CreateDirectory("tree");
        using (TarWriter writer = new(File.Create(tar)))
        {
            writer.WriteEntry(new PaxTarEntry(TarEntryType.Directory, "./"));
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "implied/here/large") { DataStream = new MemoryStream(new byte[2_500_000]) });
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "empty"));
            writer.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "link") { LinkName = "empty" });
        }

        CreationLimit limit = new(tar, tree);
        limit.Run();
        Assert.Equal(5, limit.Count);
        Assert.Equal(2_500_000, new FileInfo(Path.Combine(tree, "implied/here/large")).Length);
        Assert.Equal(0, new FileInfo(Path.Combine(tree, "empty")).Length);
        Assert.NotNull(new FileInfo(Path.Combine(tree, "link")).LinkTarget);
    }

    [Fact]
    public void What_is_timed_is_done_and_the_line_has_four_fields()
    {
        bool done = false;
        string[] fields = MachineLimit.Time(() => done = true).Split(' ');
        Assert.True(done);
        Assert.Equal(4, fields.Length);
        Assert.Equal("-", fields[3]);
    }
}
