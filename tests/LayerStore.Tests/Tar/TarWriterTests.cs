using System.Text;
using LayerStore.Tar;
using static LayerStore.Tests.Tar.TarTools;

namespace LayerStore.Tests.Tar;

public class TarWriterTests
{
    private static readonly TarEntry s_file = new() { Name = ByteString.FromText("f"), Type = TarEntryType.RegularFile };

    [Fact]
    public void The_canonical_form_is_that_of_the_golden_file()
    {
        byte[] golden = File.ReadAllBytes(Path.Join(AppContext.BaseDirectory, "Tar", "Golden", "canonical.tar"));

        byte[] written = Write(GoldenEntries());

        Assert.True(golden.AsSpan().SequenceEqual(written), $"the canonical form changed; new digest: {Digest.Compute(written)}");
    }

    [Fact]
    public void The_golden_file_reads_back_as_its_entries()
    {
        List<(TarEntry Entry, byte[] Content)> read = ReadAll(Write(GoldenEntries()));

        foreach (((TarEntry expected, byte[] content), (TarEntry actual, byte[] actualContent)) in GoldenEntries().Zip(read))
        {
            TarEquality.AssertEqual(expected, actual);
            Assert.Equal(content, actualContent);
        }

        Assert.Equal(GoldenEntries().Count, read.Count);
    }

    [Fact]
    public void What_ustar_can_say_needs_one_header()
    {
        TarEntry entry = new()
        {
            Name = ByteString.FromText(new string('n', 100)),
            Type = TarEntryType.SymbolicLink,
            LinkName = ByteString.FromText(new string('l', 100)),
            Mode = 0x1FF,
            UserId = 2_097_151,
            GroupId = 2_097_151,
            ModifiedAt = new Timestamp(8_589_934_591, 0),
        };

        Assert.Equal(512 + 1024, Write([(entry, [])]).Length);
    }

    public static TheoryData<string, string> Records => new()
    {
        { "path", "116 path=" + new string('n', 106) + "\n" },
        { "path-utf8", "11 path=\u00c3\u00a9\n" },
        { "path-bytes", "21 hdrcharset=BINARY\n9 path=\u00ff\n" },
        { "linkpath", "15 linkpath=\u00c3\u00a9\n" },
        { "uid", "15 uid=2097152\n" },
        { "gid", "18 gid=4294967294\n" },
        { "fraction", "13 mtime=1.5\n" },
        { "negative", "12 mtime=-1\n" },
        { "late", "20 mtime=8589934592\n" },
        { "atime", "11 atime=7\n" },
        { "size", "19 size=8589934592\n" },
        { "xattr", "28 SCHILY.xattr.user.a=\u0000=\n\u00ff\n24 SCHILY.xattr.user.b=\n" },
        { "equals", "36 LIBARCHIVE.xattr.user.a%3Db=AAH/\n" },
    };

    [Theory]
    [MemberData(nameof(Records))]
    public void What_ustar_cannot_say_is_a_record(string which, string records)
    {
        ByteString name = ByteString.FromText("f");
        TarEntry entry = which switch
        {
            "path" => s_file with { Name = ByteString.FromText(new string('n', 106)) },
            "path-utf8" => s_file with { Name = ByteString.FromText("é") },
            "path-bytes" => s_file with { Name = new ByteString([0xFF]) },
            "linkpath" => s_file with { Type = TarEntryType.SymbolicLink, LinkName = ByteString.FromText("é") },
            "uid" => s_file with { UserId = 2_097_152 },
            "gid" => s_file with { GroupId = 4_294_967_294 },
            "fraction" => s_file with { ModifiedAt = new Timestamp(1, 500_000_000) },
            "negative" => s_file with { ModifiedAt = new Timestamp(-1, 0) },
            "late" => s_file with { ModifiedAt = new Timestamp(8_589_934_592, 0) },
            "atime" => s_file with { AccessedAt = new Timestamp(7, 0) },
            "size" => s_file with { Size = 8_589_934_592 },
            "xattr" => s_file with
            {
                Xattrs = [new(ByteString.FromText("user.b"), default), new(ByteString.FromText("user.a"), new ByteString([0, (byte)'=', (byte)'\n', 0xFF]))],
            },
            "equals" => s_file with { Xattrs = [new(ByteString.FromText("user.a=b"), new ByteString([0, 1, 0xFF]))] },
            _ => throw new ArgumentOutOfRangeException(nameof(which)),
        };
        using MemoryStream output = new();
        new TarWriter(output).WriteEntry(entry);
        byte[] bytes = output.ToArray();

        Assert.Equal((byte)'x', bytes[156]);
        int length = (int)new TarHeader(bytes.AsSpan(0, 512)).Size;
        Assert.Equal(records, Encoding.Latin1.GetString(bytes, 512, length));
        Assert.Equal(1024 + 512, bytes.Length);
        Assert.False(bytes.AsSpan(512 + length, 512 - length).ContainsAnyExcept((byte)0));
    }

    [Fact]
    public void A_record_counts_the_digits_of_its_own_length()
    {
        // 98 + 2 digits would be 100, which has 3: the length of the record is 101.
        for (int length = 80; length < 120; length++)
        {
            TarEntry entry = s_file with { Xattrs = [new(ByteString.FromText("user.a"), new ByteString(new byte[length]))] };

            TarEquality.AssertEqual(entry, Assert.Single(ReadAll(Write([(entry, [])]))).Entry);
        }
    }

    [Fact]
    public void Directories_end_in_a_slash_and_the_root_is_a_dot()
    {
        TarEntry directory = s_file with { Type = TarEntryType.Directory };

        Assert.Equal(
            ["f/", "f/", "./", "./"],
            ReadAll(Write([
                (directory, []),
                (directory with { Name = ByteString.FromText("f/") }, []),
                (directory with { Name = default }, []),
                (directory with { Name = ByteString.FromText("./") }, []),
            ])).Select(entry => entry.Entry.Name.ToString()));
    }

    [Fact]
    public void What_a_reader_would_not_give_back_is_refused()
    {
        TarEntry[] bad =
        [
            s_file with { Name = new ByteString([0]) },
            s_file with { Name = ByteString.FromText("f/") },
            s_file with { Size = -1 },
            s_file with { Type = TarEntryType.Directory, Size = 1 },
            s_file with { LinkName = ByteString.FromText("l") },
            s_file with { Type = TarEntryType.SymbolicLink, LinkName = new ByteString([1, 0]) },
            s_file with { ModifiedAt = new Timestamp(0, 1_000_000_000) },
            s_file with { AccessedAt = new Timestamp(0, -1) },
            s_file with { Type = TarEntryType.BlockDevice, DeviceMajor = 2_097_152 },
            s_file with { Xattrs = [default] },
        ];

        Assert.All(bad, entry => Assert.Throws<ArgumentException>(() => new TarWriter(Stream.Null).WriteEntry(entry)));
    }

    [Fact]
    public void Content_must_be_as_long_as_the_entry_says()
    {
        TarWriter writer = new(Stream.Null);
        writer.WriteEntry(s_file with { Size = 3 });
        writer.WriteContent("ab"u8);

        Assert.Throws<InvalidOperationException>(() => writer.WriteContent("cd"u8));
        Assert.Throws<InvalidOperationException>(() => writer.WriteEntry(s_file));
        Assert.Throws<InvalidOperationException>(writer.Finish);

        writer.WriteContent("c"u8);
        writer.Finish();
        Assert.Throws<InvalidOperationException>(() => writer.WriteEntry(s_file));
        Assert.Throws<InvalidOperationException>(writer.Finish);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 512)]
    [InlineData(512, 512)]
    [InlineData(513, 1024)]
    public void Content_is_padded_to_blocks(int size, int stored) =>
        Assert.Equal(512 + stored + 1024, Write([(s_file with { Size = size }, new byte[size])]).Length);

    private static List<(TarEntry Entry, byte[] Content)> GoldenEntries()
    {
        ByteString Text(string text) => ByteString.FromText(text);
        return
        [
            (new TarEntry { Name = Text("etc/.wh.passwd"), Type = TarEntryType.RegularFile }, []),
            (new TarEntry { Name = Text("bin/"), Type = TarEntryType.Directory, Mode = 0x1ED, ModifiedAt = new Timestamp(1_700_000_000, 0) }, []),
            (new TarEntry
            {
                Name = Text("bin/ping"), Type = TarEntryType.RegularFile, Mode = 0x9ED, Size = 5, UserId = 1, GroupId = 2,
                ModifiedAt = new Timestamp(1_700_000_000, 123_456_789),
                Xattrs =
                [
                    new(Text("security.capability"), new ByteString([1, 0, 0, 2, 0, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10])),
                    new(Text("user.a=b"), Text("x")),
                ],
            }, "hello"u8.ToArray()),
            (new TarEntry { Name = Text("bin/ping6"), Type = TarEntryType.HardLink, LinkName = Text("bin/ping"), Mode = 0x9ED }, []),
            (new TarEntry { Name = Text("bin/é"), Type = TarEntryType.SymbolicLink, LinkName = Text("../ünicode/" + new string('x', 120)), Mode = 0x1FF }, []),
            (new TarEntry { Name = new ByteString([0xFF, 0xFE]), Type = TarEntryType.Fifo, UserId = 4_294_967_294, GroupId = 3_000_000 }, []),
            (new TarEntry
            {
                Name = Text("dev/" + new string('d', 200)), Type = TarEntryType.CharacterDevice, DeviceMajor = 4095, DeviceMinor = 1_048_575,
                ModifiedAt = new Timestamp(-2, 500_000_000), AccessedAt = new Timestamp(9_000_000_000, 0),
            }, []),
            (new TarEntry { Name = Text("dev/sda"), Type = TarEntryType.BlockDevice, DeviceMajor = 8, Mode = 0x1B0, GroupId = 6 }, []),
        ];
    }
}
