using System.Formats.Tar;
using System.Text;
using LayerStore.Tar;
using static LayerStore.Tests.Tar.TarTools;
using Entry = LayerStore.Tar.TarEntry;
using EntryType = LayerStore.Tar.TarEntryType;
using Reader = LayerStore.Tar.TarReader;

namespace LayerStore.Tests.Tar;

/// <summary>Other people's tars, and ours in their hands.</summary>
public sealed class TarToolTests : IDisposable
{
    private static readonly string s_long = string.Join('/', Enumerable.Repeat("a-rather-long-directory-name", 6));
    private readonly TempDirectory _directory = new();

    public void Dispose()
    {
        // .NET cannot delete names that are not UTF-8.
        Run("/", "rm", "-rf", _directory["x"]);
        _directory.Dispose();
    }

    [Theory]
    [InlineData("v7", false)]
    [InlineData("ustar", false)]
    [InlineData("oldgnu", true)]
    [InlineData("gnu", true)]
    [InlineData("pax", true)]
    public void Archives_of_GNU_tar_read_as_what_was_packed(string format, bool longNames)
    {
        MakeTree(longNames);
        Run(_directory.Path, "tar", $"--format={format}", "--sort=name", "--owner=1000", "--group=1001", "--numeric-owner", "-cf", "out.tar", "tree");

        Dictionary<string, (Entry Entry, byte[] Content)> read =
            ReadAll(File.ReadAllBytes(_directory["out.tar"])).ToDictionary(entry => entry.Entry.Name.ToString());

        Assert.Equal(EntryType.Directory, read["tree/"].Entry.Type);
        Assert.Equal("hello"u8.ToArray(), read["tree/file"].Content);
        Assert.Equal(0x1A0u, read["tree/file"].Entry.Mode);
        Assert.Equal(1000u, read["tree/file"].Entry.UserId);
        Assert.Equal(1001u, read["tree/file"].Entry.GroupId);
        Assert.Equal(new Timestamp(1_234_567_890, format == "pax" ? 123_456_789 : 0), read["tree/file"].Entry.ModifiedAt);
        Assert.Equal(EntryType.HardLink, read["tree/hard"].Entry.Type);
        Assert.Equal("tree/file", read["tree/hard"].Entry.LinkName.ToString());
        Assert.Equal("../target", read["tree/link"].Entry.LinkName.ToString());
        if (longNames)
        {
            Assert.Equal("deep"u8.ToArray(), read[$"tree/{s_long}/deep"].Content);
            Assert.Equal(s_long + "/target", read["tree/longlink"].Entry.LinkName.ToString());
        }
    }

    [Theory]
    [InlineData("--format=gnu")]
    [InlineData("--format=pax", "--sparse-version=0.0")]
    [InlineData("--format=pax", "--sparse-version=0.1")]
    [InlineData("--format=pax", "--sparse-version=1.0")]
    public void Sparse_files_of_GNU_tar_read_dense(params string[] options)
    {
        using (FileStream file = File.Create(_directory["sparse"]))
        {
            // Enough holes for extension blocks, and one at the end.
            for (int i = 0; i < 60; i++)
            {
                file.Position = i * 65_536L;
                file.Write(Encoding.ASCII.GetBytes($"data {i}"));
            }

            file.SetLength(10_000_000);
        }

        File.WriteAllText(_directory["after"], "after");
        Run(_directory.Path, "tar", [.. options, "--sparse", "-cf", "out.tar", "sparse", "after"]);
        byte[] archive = File.ReadAllBytes(_directory["out.tar"]);
        Assert.True(archive.Length < 2_000_000, "GNU tar stored the file dense: nothing is tested");

        List<(Entry Entry, byte[] Content)> read = ReadAll(archive);

        Assert.Equal(["sparse", "after"], read.Select(entry => entry.Entry.Name.ToString()));
        Assert.Equal(10_000_000, read[0].Entry.Size);
        Assert.True(File.ReadAllBytes(_directory["sparse"]).AsSpan().SequenceEqual(read[0].Content));
        Assert.Equal("after"u8.ToArray(), read[1].Content);
        Reader tar = new(new MemoryStream(archive));
        Assert.NotNull(tar.Next());
        Assert.Null(tar.ContentOffset); // It stands nowhere as it is read.
        Assert.NotNull(tar.Next());
        Assert.Equal("after"u8, archive.AsSpan((int)tar.ContentOffset!.Value, 5));
    }

    [SkippableFact]
    public void Xattrs_and_acls_of_GNU_tar_are_read()
    {
        Skip.IfNot(Has("setfattr") && Has("setfacl"), "attr and acl are not installed");
        File.WriteAllText(_directory["file"], "x");
        Run(_directory.Path, "setfattr", "-n", "user.binary", "-v", "0x0001ff0a3d", "file");
        Run(_directory.Path, "setfacl", "-m", "u:1234:rwx,g:4321:r", "file");
        Run(_directory.Path, "tar", "--format=pax", "--xattrs", "--acls", "-cf", "out.tar", "file");

        Entry entry = Assert.Single(ReadAll(File.ReadAllBytes(_directory["out.tar"]))).Entry;

        Assert.Equal(["system.posix_acl_access", "user.binary"], entry.Xattrs.Select(xattr => xattr.Name.ToString()));
        Assert.Equal(
            "02000000" + "01000600FFFFFFFF" + "02000700D2040000" + "04000400FFFFFFFF" + "08000400E1100000" + "10000700FFFFFFFF" + "20000400FFFFFFFF",
            Convert.ToHexString(entry.Xattrs[0].Value.Span));
        Assert.Equal("0001FF0A3D", Convert.ToHexString(entry.Xattrs[1].Value.Span));
    }

    [SkippableFact]
    public void Archives_of_bsdtar_read_as_what_was_packed()
    {
        Skip.IfNot(Has("bsdtar"), "bsdtar is not installed");
        MakeTree(longNames: true);
        Run(_directory.Path, "bsdtar", "--format=pax", "-cf", "out.tar", "tree");

        Dictionary<string, (Entry Entry, byte[] Content)> read =
            ReadAll(File.ReadAllBytes(_directory["out.tar"])).ToDictionary(entry => entry.Entry.Name.ToString());

        // The directory's order says which of the two names has the content, and which is a link to it.
        Assert.Equal("hello"u8.ToArray(), read[read["tree/file"].Entry.Type == EntryType.HardLink ? "tree/hard" : "tree/file"].Content);
        Assert.Equal("deep"u8.ToArray(), read[$"tree/{s_long}/deep"].Content);
    }

    [Theory]
    [InlineData(TarEntryFormat.V7)]
    [InlineData(TarEntryFormat.Ustar)]
    [InlineData(TarEntryFormat.Pax)]
    [InlineData(TarEntryFormat.Gnu)]
    public void Archives_of_System_Formats_Tar_read_as_what_was_packed(TarEntryFormat format)
    {
        MakeTree(longNames: format is TarEntryFormat.Pax or TarEntryFormat.Gnu);
        using MemoryStream archive = new();
        using (System.Formats.Tar.TarWriter writer = new(archive, format, leaveOpen: true))
        {
            foreach (string path in Directory.EnumerateFileSystemEntries(_directory["tree"], "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                writer.WriteEntry(path, Path.GetRelativePath(_directory.Path, path));
            }
        }

        Dictionary<string, (Entry Entry, byte[] Content)> read =
            ReadAll(archive.ToArray()).ToDictionary(entry => entry.Entry.Name.ToString());

        Assert.Equal("hello"u8.ToArray(), read["tree/file"].Content);
        Assert.Equal("../target", read["tree/link"].Entry.LinkName.ToString());
        Assert.Equal(1_234_567_890, read["tree/file"].Entry.ModifiedAt.Seconds);
    }

    [Fact]
    public void System_Formats_Tar_reads_what_we_write()
    {
        List<(Entry Entry, byte[] Content)> entries =
        [
            (Make($"{s_long}/file", EntryType.RegularFile) with { Size = 5, UserId = 3_000_000, ModifiedAt = new Timestamp(1_234_567_890, 500_000_000) }, "hello"u8.ToArray()),
            (Make("é", EntryType.SymbolicLink) with { LinkName = ByteString.FromText("ü") }, []),
            (Make("d", EntryType.Directory), []),
            (Make("null", EntryType.CharacterDevice) with { DeviceMajor = 1, DeviceMinor = 3 }, []),
        ];

        using System.Formats.Tar.TarReader reader = new(new MemoryStream(Write(entries)));
        List<System.Formats.Tar.TarEntry> read = [];
        while (reader.GetNextEntry(copyData: true) is { } entry)
        {
            read.Add(entry);
        }

        Assert.Equal([$"{s_long}/file", "é", "d/", "null"], read.Select(entry => entry.Name));
        Assert.Equal(5, read[0].Length);
        Assert.Equal(3_000_000, read[0].Uid);
        Assert.Equal(1_234_567_890_500, read[0].ModificationTime.ToUnixTimeMilliseconds());
        Assert.Equal("ü", read[1].LinkName);
        Assert.Equal(3, ((PosixTarEntry)read[3]).DeviceMinor);
    }

    [Fact]
    public void GNU_tar_lists_and_extracts_what_we_write()
    {
        List<(Entry Entry, byte[] Content)> entries =
        [
            (Make("dir", EntryType.Directory) with { Mode = 0x1ED }, []),
            (Make("dir/file", EntryType.RegularFile) with { Size = 700, Mode = 0x1A4, ModifiedAt = new Timestamp(1_234_567_890, 123_456_789) }, new byte[700]),
            (Make("dir/hard", EntryType.HardLink) with { LinkName = ByteString.FromText("dir/file"), Mode = 0x1A4, ModifiedAt = new Timestamp(1_234_567_890, 123_456_789) }, []),
            (new Entry { Name = new ByteString([(byte)'d', (byte)'i', (byte)'r', (byte)'/', 0xFF]), Type = EntryType.RegularFile, Mode = 0x180 }, []),
            (Make($"dir/{new string('n', 200)}", EntryType.SymbolicLink) with { LinkName = ByteString.FromText(new string('t', 150)) }, []),
            (Make("dir/fifo", EntryType.Fifo) with { Mode = 0x1A4, UserId = 2_500_000, ModifiedAt = new Timestamp(-5, 0) }, []),
        ];
        File.WriteAllBytes(_directory["in.tar"], Write(entries));
        Directory.CreateDirectory(_directory["x"]);

        string list = Run(_directory.Path, "tar", "--numeric-owner", "--full-time", "--utc", "-tvf", "in.tar");
        list = System.Text.RegularExpressions.Regex.Replace(list, " +", " ");
        Run(_directory.Path, "tar", "--no-same-owner", "-xpf", "in.tar", "-C", "x");

        Assert.Contains("drwxr-xr-x 0/0 0 1970-01-01 00:00:00 dir/", list, StringComparison.Ordinal);
        Assert.Contains("2009-02-13 23:31:30.123456789 dir/hard link to dir/file", list, StringComparison.Ordinal);
        Assert.Contains("prw-r--r-- 2500000/0 0 1969-12-31 23:59:55 dir/fifo", list, StringComparison.Ordinal);
        Assert.Contains($"dir/{new string('n', 200)} -> {new string('t', 150)}", list, StringComparison.Ordinal);
        Assert.Equal(
            "dir d\ndir/\\377 f\ndir/fifo p\ndir/file f\ndir/hard f\ndir/nnn l\n",
            Run(_directory["x"], "sh", "-c", "find dir -printf '%p %y\\n' | sed 's/nnnn*/nnn/; s/\\xff/\\\\377/' | sort"));
        Assert.Equal(700, new FileInfo(_directory["x/dir/hard"]).Length);
    }

    private static Entry Make(string name, EntryType type) => new() { Name = ByteString.FromText(name), Type = type };

    private void MakeTree(bool longNames)
    {
        Directory.CreateDirectory(_directory["tree"]);
        File.WriteAllText(_directory["tree/file"], "hello");
        File.SetUnixFileMode(_directory["tree/file"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Run(_directory.Path, "touch", "-d", "@1234567890.123456789", "tree/file");
        Run(_directory.Path, "ln", "tree/file", "tree/hard");
        File.CreateSymbolicLink(_directory["tree/link"], "../target");
        if (longNames)
        {
            Directory.CreateDirectory(_directory[$"tree/{s_long}"]);
            File.WriteAllText(_directory[$"tree/{s_long}/deep"], "deep");
            File.CreateSymbolicLink(_directory["tree/longlink"], s_long + "/target");
        }
    }
}
