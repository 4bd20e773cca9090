using LayerStore.Tar;
using static LayerStore.Tests.Tar.RawTar;
using static LayerStore.Tests.Tar.TarTools;

namespace LayerStore.Tests.Tar;

public class TarReaderTests
{
    [Theory]
    [InlineData('0', "f", TarEntryType.RegularFile)]
    [InlineData('\0', "f", TarEntryType.RegularFile)]
    [InlineData('7', "f", TarEntryType.RegularFile)]
    [InlineData('0', "d/", TarEntryType.Directory)]
    [InlineData('\0', "d/", TarEntryType.Directory)]
    [InlineData('1', "f", TarEntryType.HardLink)]
    [InlineData('2', "f", TarEntryType.SymbolicLink)]
    [InlineData('3', "f", TarEntryType.CharacterDevice)]
    [InlineData('4', "f", TarEntryType.BlockDevice)]
    [InlineData('5', "d", TarEntryType.Directory)]
    [InlineData('6', "f", TarEntryType.Fifo)]
    public void Each_type_flag_makes_its_type(char flag, string name, TarEntryType type)
    {
        TarEntry entry = ReadOne(new RawTar().Add(Header(name, flag)).End());

        Assert.Equal(type, entry.Type);
        Assert.Equal(name, entry.Name.ToString());
    }

    [Fact]
    public void All_fields_of_a_ustar_header_are_read()
    {
        TarEntry entry = ReadOne(new RawTar().Add(Header(
            "name", '3', mode: "0107755", uid: "0001750", gid: "0001751", mtime: "00000000017", prefix: "a/b",
            major: "0000010", minor: "0000377")).End());

        Assert.Equal("a/b/name", entry.Name.ToString());
        Assert.Equal(0xFEDu, entry.Mode);
        Assert.Equal(1000u, entry.UserId);
        Assert.Equal(1001u, entry.GroupId);
        Assert.Equal(new Timestamp(15, 0), entry.ModifiedAt);
        Assert.Equal(8u, entry.DeviceMajor);
        Assert.Equal(255u, entry.DeviceMinor);
        Assert.Null(entry.AccessedAt);
        Assert.Empty(entry.Xattrs);
    }

    [Theory]
    [InlineData("0000644", 0x1A4L)]
    [InlineData("   644 ", 0x1A4L)]
    [InlineData("644 \0\0\0", 0x1A4L)]
    [InlineData("\0\0644\0\0", 0x1A4L)]
    [InlineData("00000644", 0x1A4L)]
    [InlineData("644\0zzz", 0x1A4L)]
    [InlineData("", 0L)]
    [InlineData("       ", 0L)]
    [InlineData("\u0080\0\0\0\0\0\u0001\u00a4", 0x1A4L)]
    public void Numbers_are_octal_with_any_padding_or_base_256(string field, long value) =>
        Assert.Equal((uint)value, ReadOne(new RawTar().Add(Header(mode: field)).End()).Mode);

    [Theory]
    [InlineData("\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff", -1)]
    [InlineData("\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\0", -256)]
    [InlineData("\u0080\0\0\0\0\0\0\u0002\0\0\0\0", 1L << 33)]
    [InlineData("\u0080\0\0\0\u007f\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff", long.MaxValue)]
    [InlineData("\u00ff\u00ff\u00ff\u00ff\u0080\0\0\0\0\0\0\u0001", long.MinValue + 1)]
    public void Base_256_times_may_be_negative_and_large(string field, long seconds) =>
        Assert.Equal(new Timestamp(seconds, 0), ReadOne(new RawTar().Add(Header(mtime: field)).End()).ModifiedAt);

    [Fact]
    public void A_checksum_of_signed_bytes_is_accepted()
    {
        byte[] block = Header("\u00e9\u00e8");
        int sum = 0;
        for (int i = 0; i < 512; i++)
        {
            sum += i is >= 148 and < 156 ? ' ' : (sbyte)block[i];
        }

        Latin1(Octal(sum, 6)).CopyTo(block, 148);

        Assert.Equal([0xE9, 0xE8], ReadOne(new RawTar().Add(block).End()).Name.Span.ToArray());
    }

    [Fact]
    public void A_name_of_100_bytes_needs_no_terminator()
    {
        string name = new('n', 100);

        Assert.Equal(name, ReadOne(new RawTar().Add(Header(name, '2', link: name)).End()).LinkName.ToString());
        Assert.Equal(name, ReadOne(new RawTar().Add(Header(name)).End()).Name.ToString());
    }

    [Fact]
    public void A_V7_header_has_no_prefix_and_no_device_numbers()
    {
        TarEntry entry = ReadOne(new RawTar().Add(Header("n", '3', magic: "", prefix: "p", major: "0000001", minor: "0000003")).End());

        Assert.Equal("n", entry.Name.ToString());
        Assert.Equal(0u, entry.DeviceMajor + entry.DeviceMinor);
    }

    [Fact]
    public void Gnu_headers_have_no_prefix_but_one_that_old_Go_misplaced_is_found()
    {
        const string gnu = "ustar  \0";

        Assert.Equal("n", ReadOne(new RawTar().Add(Header("n", magic: gnu, prefix: "00000000017\000000000000\0")).End()).Name.ToString());
        Assert.Equal("some/dir/n", ReadOne(new RawTar().Add(Header("n", magic: gnu, prefix: "some/dir")).End()).Name.ToString());
        Assert.Equal(
            new Timestamp(15, 0),
            ReadOne(new RawTar().Add(Header("n", magic: gnu, prefix: "00000000017\000000000000\0")).End()).AccessedAt);
    }

    [Fact]
    public void A_star_prefix_ends_before_its_times()
    {
        string prefix = new('p', 131);
        TarEntry entry = ReadOne(new RawTar().Add(Header("n", prefix: prefix + "00000000017\0", change: block => Latin1("tar\0").CopyTo(block, 508))).End());

        Assert.Equal(prefix + "/n", entry.Name.ToString());
    }

    [Fact]
    public void Gnu_long_names_are_read_with_and_without_their_NUL()
    {
        string name = new('n', 300);
        string link = new('l', 400);
        RawTar tar = new RawTar().Extension('L', name + "\0").Extension('K', link).Add(Header("short", '2', link: "short")).File("next", "x").End();

        List<(TarEntry Entry, byte[])> entries = ReadAll(tar.ToArray());

        Assert.Equal(name, entries[0].Entry.Name.ToString());
        Assert.Equal(link, entries[0].Entry.LinkName.ToString());
        Assert.Equal("next", entries[1].Entry.Name.ToString());
    }

    [Fact]
    public void Pax_records_win_over_the_header_for_one_entry_only()
    {
        RawTar tar = new RawTar()
            .Pax(("path", "p\u00ffq"), ("linkpath", "l\u00fe"), ("uid", "4000000000"), ("gid", "3000000000"),
                ("mtime", "1.25"), ("atime", "-0.5"), ("ctime", "3"), ("hdrcharset", "BINARY"), ("uname", "who"), ("comment", "a\0b"))
            .Add(Header("f", '2', uid: "0000001", link: "x"))
            .File("g", "abc").End();

        List<(TarEntry Entry, byte[] Content)> entries = ReadAll(tar.ToArray());

        Assert.Equal([(byte)'p', 0xFF, (byte)'q'], entries[0].Entry.Name.Span.ToArray());
        Assert.Equal([(byte)'l', 0xFE], entries[0].Entry.LinkName.Span.ToArray());
        Assert.Equal(4000000000u, entries[0].Entry.UserId);
        Assert.Equal(3000000000u, entries[0].Entry.GroupId);
        Assert.Equal(new Timestamp(1, 250_000_000), entries[0].Entry.ModifiedAt);
        Assert.Equal(new Timestamp(-1, 500_000_000), entries[0].Entry.AccessedAt);
        Assert.Equal("g", entries[1].Entry.Name.ToString());
        Assert.Equal(default, entries[1].Entry.ModifiedAt);
        Assert.Equal("abc"u8.ToArray(), entries[1].Content);
    }

    [Fact]
    public void Pax_size_wins_over_an_empty_field_and_ends_with_its_entry()
    {
        RawTar tar = new RawTar().Pax(("size", "5")).Add(Header("f", size: Octal(0))).Data("hello").File("g", "abc").End();

        List<(TarEntry Entry, byte[] Content)> entries = ReadAll(tar.ToArray());

        Assert.Equal(5, entries[0].Entry.Size);
        Assert.Equal("hello"u8.ToArray(), entries[0].Content);
        Assert.Equal("abc"u8.ToArray(), entries[1].Content);
    }

    [Fact]
    public void The_last_record_of_a_keyword_wins_and_an_empty_one_takes_it_back()
    {
        TarEntry entry = ReadOne(new RawTar()
            .Pax(("path", "first"), ("path", "last"), ("mtime", "9"), ("mtime", ""), ("SCHILY.xattr.user.a", "1"), ("SCHILY.xattr.user.a", "2"))
            .Add(Header("f", mtime: "00000000001")).End());

        Assert.Equal("last", entry.Name.ToString());
        Assert.Equal(new Timestamp(1, 0), entry.ModifiedAt);
        Assert.Equal("2", Assert.Single(entry.Xattrs).Value.ToString());
    }

    [Fact]
    public void Global_records_change_nothing()
    {
        RawTar tar = new RawTar().Extension('g', Record("mtime", "9") + Record("uid", "9") + Record("comment", "commit"))
            .File("f", "abc").File("g", "de").End();

        List<(TarEntry Entry, byte[] Content)> entries = ReadAll(tar.ToArray());

        Assert.Equal(["f", "g"], entries.Select(entry => entry.Entry.Name.ToString()));
        Assert.Equal([3, 2], entries.Select(entry => entry.Content.Length));
        Assert.Equal(default, entries[0].Entry.ModifiedAt);
        Assert.Equal(0u, entries[0].Entry.UserId);
    }

    [Fact]
    public void Xattrs_are_bytes_and_ordered_by_name()
    {
        TarEntry entry = ReadOne(new RawTar()
            .Pax(("SCHILY.xattr.user.z", "=a\0\n=\u00ff"), ("SCHILY.xattr.security.capability", "\u0001\0\0\u0002\n"), ("SCHILY.xattr.user.empty", ""),
                ("LIBARCHIVE.xattr.user.b%3dc%25", "AAH/"), ("LIBARCHIVE.xattr.user.pad", "AAE"), ("RHT.security.selinux", "x"))
            .Add(Header()).End());

        Assert.Equal(
            ["security.capability=010000020A", "user.b=c%=0001FF", "user.empty=", "user.pad=0001", "user.z=3D61000A3DFF"],
            entry.Xattrs.Select(xattr => $"{xattr.Name}={Convert.ToHexString(xattr.Value.Span)}"));
    }

    [Fact]
    public void The_mask_of_an_acl_is_the_modes_group_bits()
    {
        // libarchive's header has the owning group's permissions there. To set those would narrow the mask.
        RawTar tar = new RawTar()
            .Pax(("SCHILY.acl.access", "user::rw-,user:someone:r--:1234,group::---,mask::rw-,other::---"))
            .Add(RawTar.Header("f", mode: "0004600"))
            .End();

        Assert.Equal("4660", Convert.ToString(ReadOne(tar).Mode, 8));
    }

    [Fact]
    public void Acl_text_becomes_the_kernels_xattrs()
    {
        TarEntry entry = ReadOne(new RawTar()
            .Pax(("SCHILY.acl.access", "user::rw-\nuser:1234:rwx\nuser:nobody:r--\ngroup::r--\nmask::rwx\nother::r--\n"),
                ("SCHILY.acl.default", "user::rwx,group::r-x,other::r-x"))
            .Add(Header()).End());

        Assert.Equal(["system.posix_acl_access", "system.posix_acl_default"], entry.Xattrs.Select(xattr => xattr.Name.ToString()));
        Assert.Equal(
            "02000000" + "01000600FFFFFFFF" + "02000700D2040000" + "04000400FFFFFFFF" + "10000700FFFFFFFF" + "20000400FFFFFFFF",
            Convert.ToHexString(entry.Xattrs[0].Value.Span));
        Assert.Equal(
            "02000000" + "01000700FFFFFFFF" + "04000500FFFFFFFF" + "20000500FFFFFFFF", Convert.ToHexString(entry.Xattrs[1].Value.Span));
    }

    [Theory]
    [InlineData('1')]
    [InlineData('2')]
    [InlineData('3')]
    [InlineData('5')]
    [InlineData('6')]
    public void Only_regular_files_have_content_whatever_size_a_header_states(char type)
    {
        RawTar tar = new RawTar().Add(Header("d", type, size: Octal(700), link: "t")).File("g", "abc").End();

        List<(TarEntry Entry, byte[] Content)> entries = ReadAll(tar.ToArray());

        Assert.Equal(0, entries[0].Entry.Size);
        Assert.Empty(entries[0].Content);
        Assert.Equal("abc"u8.ToArray(), entries[1].Content);
    }

    [Fact]
    public void A_files_content_begins_where_the_reader_says()
    {
        byte[] archive = new RawTar().Add(Header("d", '5')).File("f", "abc").Add(Header("l", '2', link: "t")).File("empty", "").File("g", "de").End().ToArray();
        TarReader tar = new(new MemoryStream(archive));
        Assert.Null(tar.ContentOffset);
        List<string?> found = [];
        while (tar.Next() is { } entry)
        {
            found.Add(tar.ContentOffset is { } start ? System.Text.Encoding.ASCII.GetString(archive, (int)start, (int)entry.Size) : null);
        }

        Assert.Equal([null, "abc", null, "", "de"], found);
        Assert.Null(tar.ContentOffset);
        Assert.Equal(archive.Length, tar.Position);
    }

    [Fact]
    public void A_volume_label_makes_no_entry() =>
        Assert.Equal("f", ReadOne(new RawTar().Add(Header("label", 'V')).File("f", "x").End()).Name.ToString());

    [Fact]
    public void An_empty_name_is_the_appliers_business() =>
        Assert.True(ReadOne(new RawTar().Add(Header("", '5')).End()).Name.IsEmpty);

    [Fact]
    public void A_stream_may_end_between_entries_and_bytes_may_follow_the_end()
    {
        Assert.Empty(ReadAll([]));
        Assert.Single(ReadAll(new RawTar().File("f", "x").ToArray()));
        Assert.Single(ReadAll(new RawTar().File("f", "x").Add(new byte[512]).ToArray()));
        Assert.Single(ReadAll(new RawTar().File("f", "x").End().Add("rubbish"u8.ToArray()).ToArray()));
    }

    [Fact]
    public void After_the_end_there_is_only_the_end()
    {
        TarReader reader = new(new MemoryStream(new RawTar().File("f", "x").End().File("g", "y").ToArray()));

        Assert.NotNull(reader.Next());
        Assert.Null(reader.Next());
        Assert.Null(reader.Next());
        Assert.Equal(0, reader.Read(new byte[10]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(100_000)]
    public void Content_is_whole_whatever_the_streams_chunks(int maxRead)
    {
        string content = string.Concat(Enumerable.Range(0, 50_000).Select(i => (char)(i % 251)));
        byte[] archive = new RawTar().File("a", content).File("b", "").File("c", content + content + content + "x").End().ToArray();

        List<(TarEntry, byte[] Content)> entries = ReadAll(archive, maxRead: maxRead);

        Assert.Equal(Latin1(content), entries[0].Content);
        Assert.Empty(entries[1].Content);
        Assert.Equal(Latin1(content + content + content + "x"), entries[2].Content);
    }

    [Fact]
    public void A_read_fills_its_buffer_across_holes_and_the_streams_chunks()
    {
        byte[] archive = new RawTar().File("a", new string('x', 200_000))
            .Pax(("GNU.sparse.map", "0,1,50,2"), ("GNU.sparse.size", "100")).File("s", "abc").End().ToArray();
        TarReader reader = new(new ShortReadStream(archive, 511));
        byte[] buffer = new byte[150_000];

        reader.Next();
        Assert.Equal([150_000, 50_000, 0], [reader.Read(buffer), reader.Read(buffer), reader.Read(buffer)]);
        reader.Next();
        Assert.Equal(100, reader.Read(buffer));
        Assert.Equal(["a\0"u8.ToArray(), "\0bc\0"u8.ToArray()], [buffer[..2], buffer[49..53]]);
    }

    [Fact]
    public void Unread_content_is_skipped()
    {
        TarReader reader = new(new MemoryStream(new RawTar().File("a", new string('x', 200_000)).File("b", "y").End().ToArray()));
        reader.Next();
        reader.Read(new byte[700]);

        Assert.Equal("b", reader.Next()!.Name.ToString());
        Assert.Equal("y"u8.ToArray(), ReadContent(reader));
    }
}
