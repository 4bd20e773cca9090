using LayerStore.Tar;
using static LayerStore.Tests.Tar.RawTar;
using static LayerStore.Tests.Tar.TarTools;

namespace LayerStore.Tests.Tar;

/// <summary>What the reader refuses, and in which words.</summary>
public class TarReaderHostileTests
{
    private const string Gnu = "ustar  \0";

    [Fact]
    public void A_wrong_checksum_is_refused()
    {
        byte[] block = Header("f");
        block[0]++;

        Refused("checksum", new RawTar().Add(block).End());
    }

    [Theory]
    [InlineData("0000649")]
    [InlineData("-000001")]
    [InlineData("12 34")]
    [InlineData("0x1ff")]
    [InlineData("\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff")]
    public void A_mode_that_is_no_number_or_negative_is_refused(string mode) => Refused("mode", new RawTar().Add(Header(mode: mode)).End());

    [Theory]
    [InlineData("\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff", "size is negative")]
    [InlineData("\u0080\u0001\0\0\0\0\0\0\0\0\0\0", "size does not fit")]
    [InlineData("\u0080\0\0\0\u007f\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff", "MaxTotalBytes")]
    public void A_size_that_cannot_be_is_refused(string size, string problem) =>
        Refused(problem, new RawTar().Add(Header(size: size)).End());

    [Theory]
    [InlineData("\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff")]
    [InlineData("\u0080\0\0\0\u00ff\u00ff\u00ff\u00ff")]
    [InlineData("\u0080\0\0\u0001\0\0\0\0")]
    public void Ids_outside_0_to_2_32_minus_2_are_refused(string id)
    {
        Refused("user id", new RawTar().Add(Header(uid: id)).End());
        Refused("group id", new RawTar().Add(Header(gid: id)).End());
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("4294967295")]
    [InlineData("4294967296")]
    [InlineData("99999999999999999999")]
    [InlineData("0x10")]
    [InlineData(" 1")]
    [InlineData("+1")]
    [InlineData("1.0")]
    public void Pax_ids_out_of_range_or_no_decimals_are_refused(string id)
    {
        Refused("user id", new RawTar().Pax(("uid", id)).Add(Header()).End());
        Refused("group id", new RawTar().Pax(("gid", id)).Add(Header()).End());
    }

    [Theory]
    [InlineData("\u0080\0\0\u0001\0\0\0\0")]
    [InlineData("\u0080\0\0\0\0\u0020\0\0")] // 2^21: seven octal digits do not hold it
    public void A_device_number_that_no_system_has_is_refused(string major) =>
        Refused("device number", new RawTar().Add(Header("f", '3', major: major)).End());

    [Theory]
    [InlineData("5 a=b\n", "longer")]
    [InlineData("7 a=b\n", "longer")]
    [InlineData("6 a=bc", "does not end")]
    [InlineData("6 a=b\n6 a=b", "longer")]
    [InlineData("6 a=b\nx", "length")]
    [InlineData("6 a=b\n\0\0", "length")]
    [InlineData("-6 a=b\n", "length")]
    [InlineData("+7 a=b\n", "length")]
    [InlineData(" 7 a=b\n", "length")]
    [InlineData("999999999999 a=b\n", "length")]
    [InlineData("6 abc\n", "longer")]
    [InlineData("6 abc\n ", "keyword")]
    [InlineData("5 =b\n", "keyword")]
    [InlineData("7 a\0=b\n", "longer")]
    [InlineData("8 a\0=b\n", "keyword")]
    [InlineData("2 ", "does not end")]
    [InlineData("0 a=b\n", "does not end")]
    public void Bad_pax_records_are_refused_in_both_kinds_of_header(string records, string problem)
    {
        _ = problem;
        Refused("PAX record", new RawTar().Extension('x', records).Add(Header()).End());
        Refused("PAX record", new RawTar().Extension('g', records).Add(Header()).End());
    }

    [Theory]
    [InlineData("path", "a\0b", "NUL")]
    [InlineData("linkpath", "a\0", "NUL")]
    [InlineData("GNU.sparse.name", "\0", "NUL")]
    [InlineData("size", "-1", "size")]
    [InlineData("size", "9223372036854775808", "too large")]
    [InlineData("size", "1099511627776", "ends inside")]
    [InlineData("size", "9223372036854775807", "MaxTotalBytes")]
    [InlineData("mtime", "x", "modification time")]
    [InlineData("mtime", "1.5.5", "modification time")]
    [InlineData("mtime", "--1", "modification time")]
    [InlineData("mtime", "-", "modification time")]
    [InlineData("mtime", ".5", "modification time")]
    [InlineData("mtime", "1e9", "modification time")]
    [InlineData("mtime", "99999999999999999999", "too large")]
    [InlineData("atime", "\0", "access time")]
    [InlineData("ctime", "x", "change time")]
    [InlineData("SCHILY.xattr.", "x", "no name")]
    [InlineData("LIBARCHIVE.xattr.user.a", "%%%", "base64")]
    [InlineData("LIBARCHIVE.xattr.user.a", "A", "base64")]
    [InlineData("LIBARCHIVE.xattr.user.%0", "", "escape")]
    [InlineData("LIBARCHIVE.xattr.user.%zz", "", "escape")]
    [InlineData("LIBARCHIVE.xattr.user.%00", "", "escape")]
    [InlineData("SCHILY.acl.access", "user::rwx", "lacks")]
    [InlineData("SCHILY.acl.access", "user::rwx,user:1:rwx,group::rwx,other::rwx", "lacks")]
    [InlineData("SCHILY.acl.access", "user::rwz,group::rwx,other::rwx", "bad entry")]
    [InlineData("SCHILY.acl.access", "user:4294967295:rwx", "bad entry")]
    [InlineData("SCHILY.acl.default", "rwx", "bad entry")]
    [InlineData("SCHILY.acl.default", "mask:1:rwx", "bad entry")]
    public void Bad_values_are_refused(string key, string value, string problem) =>
        Refused(problem, new RawTar().Pax((key, value)).Add(Header()).End());

    [Fact]
    public void A_NUL_inside_a_long_name_is_refused() =>
        Refused("NUL", new RawTar().Extension('L', "a\0b\0").Add(Header()).End());

    [Theory]
    [InlineData('x', "13 path=name\n")]
    [InlineData('L', "name\0")]
    [InlineData('K', "name\0")]
    public void An_extension_header_without_an_entry_is_refused(char type, string data)
    {
        Refused("no entry after it", new RawTar().Extension(type, data).End());
        Refused("no entry after it", new RawTar().Extension(type, data));
    }

    [Fact]
    public void Two_truths_about_one_entry_are_refused()
    {
        Refused("two PAX headers", new RawTar().Pax(("path", "a")).Pax(("path", "b")).Add(Header()).End());
        Refused("differently", new RawTar().Pax(("path", "a")).Extension('L', "b\0").Add(Header()).End());
        Refused("slash", new RawTar().Add(Header("d/", '0', Octal(3))).Data("abc").End());
        Refused("slash", new RawTar().Add(Header("d/", '\0', Octal(3))).Data("abc").End());
        Refused("zeros", new RawTar().File("a", "x").Add(new byte[512]).File("b", "y").End());
        Refused("checksum", new RawTar().Add(Header("l", '1', Octal(3), link: "t")).Data("abc").End());
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(5, 1)]
    [InlineData(5, 0)]
    [InlineData(1, 8589934592 + 5)]
    public void A_size_that_the_header_and_its_record_say_differently_is_refused(long field, long record)
    {
        Refused("PAX record", new RawTar().Pax(("size", $"{record}")).Add(Header(size: Octal(field))).Data("hello").End());
        Refused("PAX record", new RawTar().Pax(("size", $"{record}"), ("GNU.sparse.map", "0,5"), ("GNU.sparse.size", "9"))
            .Add(Header(size: Octal(field))).Data("hello").End());
    }

    [Fact]
    public void Content_that_another_reader_would_take_for_entries_is_refused()
    {
        string size = $"{1024 + 512}";
        byte[] evil = [.. Header("evil", size: Octal(3)), .. new byte[1024]];

        Refused("looks like entries", new RawTar().Pax(("size", size)).Add(Header(size: Octal(0))).Add(evil).File("g", "abc").End());
        Refused("looks like entries", new RawTar().Pax(("size", size)).Add(Header(size: "")).Add(evil).File("g", "abc").End());
        Refused("looks like entries", new RawTar().Pax(("size", size)).Add(Header(size: Octal(0))).Add(new byte[1024 + 512]).File("g", "abc").End());

        // A file that is an archive, with a size that everybody sees, is a file.
        Assert.Equal(2, ReadAll(new RawTar().Pax(("size", size)).Add(Header(size: Octal(1024 + 512))).Add(evil).File("g", "abc").End().ToArray()).Count);
        Assert.Equal(2, ReadAll(new RawTar().Add(Header(size: Octal(1024 + 512))).Add(evil).File("g", "abc").End().ToArray()).Count);
    }

    // What GNU tar, Go and Python (0), bsdtar (twelve digits), GNU's base-256 and writers that keep the low digits put into the field of
    // a size that does not fit there.
    [Theory]
    [InlineData("00000000000")]
    [InlineData("")]
    [InlineData("110000000000")]
    [InlineData("\u0080\0\0\0\0\0\0\u0002\u0040\0\0\0")]
    [InlineData("10000000000")]
    public void A_size_that_does_not_fit_its_field_is_read_as_real_tools_write_it(string field)
    {
        const long size = 9L << 30;
        using MemoryStream archive = new(new RawTar().Pax(("size", $"{size}")).Add(Header(size: field)).Add(Header("evil")).ToArray());

        Assert.Equal(size, new TarReader(archive).Next()!.Size);
    }

    [Theory]
    [InlineData("path", "evil")]
    [InlineData("linkpath", "evil")]
    [InlineData("size", "9")]
    [InlineData("GNU.sparse.size", "9")]
    public void Global_records_that_would_name_or_measure_entries_are_refused(string key, string value) =>
        Refused("global", new RawTar().Extension('g', Record(key, value)).File("f", "abc").End());

    [Theory]
    [InlineData('L')]
    [InlineData('K')]
    public void Two_long_names_are_refused(char type) =>
        Refused("two long names", new RawTar().Extension(type, "a\0").Extension(type, "b\0").Add(Header("f", '2', link: "l")).End());

    [Theory]
    [InlineData('M', "volume")]
    [InlineData('N', "incremental")]
    [InlineData('D', "incremental")]
    [InlineData('A', "Solaris")]
    [InlineData('X', "not known")]
    [InlineData('Z', "not known")]
    [InlineData('8', "not known")]
    [InlineData('\u00ff', "not known")]
    public void Types_that_do_not_belong_in_a_layer_are_refused(char type, string problem) =>
        Refused(problem, new RawTar().Add(Header("f", type)).End());

    [Fact]
    public void Every_truncation_inside_an_entry_is_refused_and_after_its_content_accepted()
    {
        byte[] archive = new RawTar().File("a", "hello").Pax(("mtime", "1.5")).File("b", new string('x', 600)).ToArray();

        // From the end of a content on, only zeros are missing.
        (int Start, int End)[] boundaries = [(0, 0), (512 + 5, 1024), (archive.Length - 424, archive.Length)];

        for (int length = 0; length < archive.Length; length++)
        {
            if (boundaries.Any(boundary => boundary.Start <= length && length <= boundary.End))
            {
                ReadAll(archive[..length]);
            }
            else
            {
                Refused("the", archive[..length]);
            }
        }
    }

    [Fact]
    public void Limits_are_named()
    {
        Refused("MaxEntries", new RawTar().File("a", "").File("b", "").File("c", "").End(), new TarLimits { MaxEntries = 2 });
        Refused("MaxEntries", new RawTar().Extension('g', "").Extension('g', "").Extension('g', "").End(), new TarLimits { MaxEntries = 2 });
        Refused("MaxPathBytes", new RawTar().Pax(("path", new string('p', 5000))).Add(Header()).End());
        Refused("MaxPathBytes", new RawTar().Pax(("path", new string('p', 4097))).Add(Header()).End());
        Refused("MaxPathBytes", new RawTar().Pax(("path", $".wh.{new string('p', 4097)}")).Add(Header()).End());
        Refused("MaxPathBytes", new RawTar().Pax(("linkpath", new string('p', 5000))).Add(Header("f", '2')).End());
        Refused("MaxHeaderBytes", new RawTar().Add(Header("f", 'x', Octal((1 << 20) + 1))).End());
        Refused("MaxHeaderBytes", new RawTar().Add(Header("f", 'L', Octal(long.MaxValue >> 30))).End());
        Refused("MaxXattrBytes", new RawTar().Pax(("SCHILY.xattr.user.a", new string('x', (64 << 10) + 1))).Add(Header()).End());
        Refused("MaxHeaderRecords", new RawTar().Pax(("a", "1"), ("b", "2")).Add(Header()).End(), new TarLimits { MaxHeaderRecords = 1 });
        Refused("MaxHeaderRecords", new RawTar().Extension('g', Record("a", "1") + Record("b", "2")).End(), new TarLimits { MaxHeaderRecords = 1 });
        Refused("MaxFileBytes", new RawTar().File("a", "abc").End(), new TarLimits { MaxFileBytes = 2 });
        Refused("MaxTotalBytes", new RawTar().File("a", "abc").File("b", "abc").End(), new TarLimits { MaxTotalBytes = 5 });
        Refused("MaxTotalBytes", OldSparse("10", "0", Octal(long.MaxValue >> 30), more: 0), new TarLimits { MaxTotalBytes = 5 });
    }

    [Theory]
    [InlineData("10", "1", "5", "not in order or leaves")] // beyond the end
    [InlineData("0", "2", "5", "but 1 are stored")]
    [InlineData("0", "0", "5", "but 1 are stored")]
    [InlineData("7", "1", "5", "not in order or leaves")]
    public void An_old_sparse_map_that_does_not_fit_is_refused(string offset, string length, string size, string problem) =>
        Refused(problem, OldSparse(offset, length, size, more: 0, stored: 1));

    [Fact]
    public void An_endless_old_sparse_map_is_refused()
    {
        RawTar tar = OldSparse("0", "1", "5", more: 1, stored: 1, end: false);
        byte[] block = new byte[512];
        block[504] = 1;
        for (int i = 0; i < 2100; i++)
        {
            tar.Add(block);
        }

        Refused("MaxHeaderBytes", tar);
        Refused("sparse map", OldSparse("0", "1", "5", more: 1, stored: 1, end: false));
    }

    [Fact]
    public void Overlapping_or_unordered_sparse_maps_are_refused()
    {
        Refused("order", PaxSparse("4,2,2,2", 10));
        Refused("order", PaxSparse("0,3,2,1", 10));
        Refused("order", PaxSparse("0,2,8,3", 10));
        Refused("order", PaxSparse("9223372036854775807,4", 10));
        Refused("ends inside", PaxSparse("0,4,5", 10));
        Refused("ends inside", PaxSparse("0,4,", 10));
        Refused("not a number", PaxSparse("0,x", 10));
        Refused("stored", PaxSparse("0,3", 10));
        Refused("empty", PaxSparse(",4", 10));
    }

    [Fact]
    public void Sparse_records_that_contradict_are_refused()
    {
        Refused("size is missing", new RawTar().Pax(("GNU.sparse.map", "0,4")).Add(Header(size: Octal(4))).Data("abcd").End());
        Refused("2.0 is not known", new RawTar().Pax(("GNU.sparse.major", "2"), ("GNU.sparse.minor", "0")).Add(Header()).End());
        Refused("pairs", new RawTar().Pax(("GNU.sparse.numbytes", "2")).Add(Header()).End());
        Refused("pairs", new RawTar().Pax(("GNU.sparse.offset", "2"), ("GNU.sparse.offset", "3")).Add(Header()).End());
        Refused("ends inside", new RawTar().Pax(("GNU.sparse.offset", "2")).Add(Header()).End());
        Refused("cannot have one", new RawTar().Pax(("GNU.sparse.map", "0,4"), ("GNU.sparse.size", "4")).Add(Header("d", '5')).End());
        Refused("not in GNU format", new RawTar().Add(Header("d", 'S')).End());
    }

    [Theory]
    [InlineData("1\n0\n4\n", 4, "longer than what is stored")] // the map is not there at all
    [InlineData("x\n", 512, "not a number")]
    [InlineData("99999999999\n", 512, "99999999999 entries")]
    [InlineData("1000000\n", 512, "longer than what is stored")]
    [InlineData("1\n0\n9\n", 512, "order")]
    [InlineData("1\n0\n4\n", 512, "but 0 are stored")]
    [InlineData("1\n0\n\n", 512, "empty")]
    public void A_bad_map_in_the_data_is_refused(string map, int stored, string problem) =>
        Refused(problem, new RawTar()
            .Pax(("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.realsize", "8"))
            .Add(Header(size: Octal(stored))).Data(map).End());

    [Fact]
    public void An_endless_map_in_the_data_is_refused() =>
        Refused("MaxHeaderBytes", new RawTar()
            .Pax(("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.realsize", "8"))
            .Add(Header(size: Octal(2 << 20))).Data(new string('1', 2 << 20)).End());

    [Fact]
    public void After_a_refusal_the_reader_stays_refused()
    {
        TarReader reader = new(new MemoryStream(new RawTar().Add(Header(mode: "x")).File("b", "").End().ToArray()));

        LayerStoreException first = Assert.Throws<LayerStoreException>(() => reader.Next());
        LayerStoreException second = Assert.Throws<LayerStoreException>(() => reader.Next());

        Assert.Equal(first.Message, second.Message);
        Assert.Throws<LayerStoreException>(() => reader.Read(new byte[1]));
    }

    private static RawTar OldSparse(string offset, string length, string size, int more, int stored = 0, bool end = true)
    {
        RawTar tar = new RawTar().Add(Header("s", 'S', Octal(stored), magic: Gnu, change: block =>
        {
            Latin1(offset.PadLeft(11, '0')).CopyTo(block, 386);
            Latin1(length.PadLeft(11, '0')).CopyTo(block, 398);
            block[482] = (byte)more;
            Latin1(size.PadLeft(11, '0')).CopyTo(block, 483);
        }));
        return end ? tar.Data(new string('x', stored)).End() : tar;
    }

    private static RawTar PaxSparse(string map, long size) =>
        new RawTar().Pax(("GNU.sparse.map", map), ("GNU.sparse.size", $"{size}")).Add(Header(size: Octal(4))).Data("abcd").End();

    private static void Refused(string problem, RawTar tar, TarLimits? limits = null) => Refused(problem, tar.ToArray(), limits);

    private static void Refused(string problem, byte[] archive, TarLimits? limits = null)
    {
        LayerStoreException error = Assert.Throws<LayerStoreException>(() => ReadAll(archive, limits));
        Assert.Equal(ErrorKind.DataLoss, error.Kind);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.StartsWith("the tar is not valid: ", error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.Hint);
        Assert.Equal(error.Message.Contains(" allows (", StringComparison.Ordinal), error.Hint.Contains("--max-", StringComparison.Ordinal));
    }
}
